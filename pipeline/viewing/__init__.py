"""What people look at: a mail's parts, texts and pages, opened in a child process under limits as orders are read."""
