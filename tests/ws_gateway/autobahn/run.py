"""The Autobahn suite from the folder that is its first argument, for Python 2.7."""

import site
import sys

site.addsitedir(sys.argv.pop(1))
from autobahntestsuite.wstest import run

run()
