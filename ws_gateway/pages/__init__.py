"""What browsers are given to show: the login page, the shell's document, packages' files, and small documents."""
