"""E-mail as a way in (row I07): a letter is read, becomes a ticket or a further contact, or is set aside visibly."""
