"""Results in the forms that other people's tools read; each module is one of them."""
