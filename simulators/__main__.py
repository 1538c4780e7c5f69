"""``python -m simulators`` is ``infusion-simulate``."""

from simulators.cli import main

if __name__ == "__main__":
    main()
