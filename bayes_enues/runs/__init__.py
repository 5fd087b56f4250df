"""Many rows: what is asked, where they are kept, which processes compute them."""
