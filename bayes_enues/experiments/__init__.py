"""A folder of numbers becomes an experiment: counts, background, response, templates."""
