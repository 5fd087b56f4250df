"""What pdflatex would refuse of our tables, which it has compiled, of every kind and of real results."""

import re

#: A cell of several lines.
FOLDED = re.compile(r"\\begin\{tabular\}\[[bt]\]\{@\{\}[lr]@\{\}\}(.*?)\\end\{tabular\}")


def columns_of_tables(latex):
    """How many columns each table has; raises where one is not well-formed."""
    body = "\n".join(line for line in latex.splitlines() if not line.startswith("%"))
    assert body.isascii()
    assert not re.search(r"\$\$|\\\\ *[\[*]", body)
    bare = FOLDED.sub(lambda cell: cell[1].replace(r"\\", " "), body)
    found = [len(columns) for columns in re.findall(r"\\begin\{tabular\}\{([lr]+)\}", bare)]
    for sign in (r"\toprule", r"\bottomrule", r"\begin{tabular}", r"\end{tabular}"):
        assert bare.count(sign) == len(found)
    wide = iter(found)
    for line in bare.splitlines():
        assert line.count("{") - line.count(r"\{") == line.count("}") - line.count(r"\}"), line
        words = re.sub(r"\$[^$]*\$", "", line)
        assert not re.search(r"(?<!\\)[_%#^<>|$]", words), line
        if line.startswith(r"\begin{tabular}"):
            columns = next(wide)
        elif line.endswith(r"\\"):
            across = re.search(r"\\multicolumn\{(\d+)\}", line)
            assert (int(across[1]) if across else len(re.findall(r"(?<!\\)&", line)) + 1) == columns, line
    return found
