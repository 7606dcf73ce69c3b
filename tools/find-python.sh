#!/bin/sh
# Prints the first Python >= 3.11 on the PATH that can make a virtual environment; exit status 1 where there is none.
# The distribution's comes first: it gets security updates, every user of the machine can read it, and it is a fast build.
case ":$PATH:" in
    *:/usr/bin:*) distribution=/usr/bin/python3 ;;
    *) distribution="" ;;
esac
for name in $distribution python3 python3.14 python3.13 python3.12 python3.11; do
    path=$(command -v "$name") || continue
    if "$path" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "$path"
        exit 0
    fi
done
exit 1
