"""``python -m fairsubmit`` is ``fairsubmit``."""

from fairsubmit.cli import main

if __name__ == "__main__":
    main()
