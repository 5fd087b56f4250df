# bayes-enues with all that it needs, for Docker and, through it, Apptainer; see docs/running.md.
#   docker build --tag bayes-enues .
#   docker run --rm --volume "$PWD:/work" bayes-enues limits --parameter nu_e
FROM python:3.13-slim

# The versions with which the numbers in the README were computed.
COPY pyproject.toml README.md LICENSE constraints.txt /source/
COPY bayes_enues /source/bayes_enues
COPY models /source/models
COPY data /source/data
RUN pip install --no-cache-dir --constraint /source/constraints.txt "/source[cluster]" \
    && rm -r /source \
    && useradd --create-home --uid 1000 physicist

USER 1000
WORKDIR /work
ENTRYPOINT ["bayes-enues"]
CMD ["--help"]
