# make run [PORT=9090]   installs what is missing, builds, and serves the console
# make test              installs what is missing and runs every test
# make check             the static checks alone
# make build             the front end
# make clean             removes what was built and installed here, not system packages

PORT ?= 9090

export PATH := $(CURDIR)/.venv/bin:$(PATH)

NPM_STAMP := node_modules/.package-lock.json
BUILD_STAMP := plugins/base1/dist/cockpit.js
FRONT_END := $(shell find plugins po tools/translations -name dist -prune -o -path '*/src*' -type d -print -o \
	-type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.mjs' -o -name '*.css' -o -name '*.html' -o -name '*.svg' -o -name '*.po' \) -print)

.PHONY: run test check build clean
.DELETE_ON_ERROR:

run: .make/python-run $(BUILD_STAMP)
	@exec pilothouse serve --port $(PORT)

test: .make/packages-test .make/python-dev $(NPM_STAMP)
	@python tools/stages.py test

check: .make/python-dev $(NPM_STAMP)
	@python tools/stages.py check

build: $(BUILD_STAMP)

clean:
	rm -rf .venv .make node_modules build dist plugins/*/dist

.make/packages-run .make/packages-test: .make/packages-%: tools/install-packages.sh tools/find-python.sh tools/fetch-cockpit-pages.sh
	@mkdir -p .make
	@sh tools/install-packages.sh $*
	@[ $* = run ] || sh tools/fetch-cockpit-pages.sh
	@touch $@

.venv/bin/python: | .make/packages-run
	@echo "Making a virtual environment in .venv"
	@python=$$(sh tools/find-python.sh) && "$$python" -m venv .venv

.make/python-run: EXTRA := machines
.make/python-dev: EXTRA := dev
.make/python-run .make/python-dev: pyproject.toml .venv/bin/python | .make/packages-run
	@echo "Installing Python packages into .venv ($(EXTRA))"
	@python -m pip install --quiet --disable-pip-version-check --editable '.[$(EXTRA)]'
	@touch $@

.make/node: tools/node.py .venv/bin/python | .make/packages-run
	@python tools/node.py
	@touch $@

$(NPM_STAMP): package.json package-lock.json | .make/node
	@echo "Installing the front end's packages into node_modules"
	@mkdir -p .make
	@npm ci --ignore-scripts --no-audit --no-fund >.make/npm.log 2>&1 || { cat .make/npm.log >&2; exit 1; }
	@touch $@

$(BUILD_STAMP): $(FRONT_END) $(NPM_STAMP)
	@node plugins/build.mjs
	@touch $@
