"""Results in words and tables: the paper's Table I beside ours, the page of a results folder."""
