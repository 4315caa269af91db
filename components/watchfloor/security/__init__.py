"""Who may see or do this, and who did? Roles, sign-in, audit chain, safe text and files."""
