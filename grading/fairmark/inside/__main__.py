"""Start the warm parent."""

from .parent import main

if __name__ == "__main__":
    main()
