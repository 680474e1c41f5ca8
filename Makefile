# Each target does all of its own set-up: `make demo` and `make test` work on a fresh clone.
# Needed: Python 3.11 or newer with venv. Used when present: a C++ compiler (GGUF engine), Node 20 or newer (extension).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
GGUF   := llama-cpp-python==0.3.36
CXX_FOUND := $(shell command -v c++ || command -v g++ || command -v clang++)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# phi-ls sets this for its worker too; here it also covers the tests that import the engine themselves.
export ORT_DISABLE_TELEMETRY := 1

.PHONY: demo test check fmt lint types floors generated unit gpu e2e editors bench report recipe starter starter-train card wheel vsix clean

demo: $(VENV)/.cpu
	@echo '--- phi-ls complete examples/inventory.py --at 27:23'
	@$(BIN)/phi-ls complete examples/inventory.py --at 27:23
	@echo
	@echo '--- phi-ls explain examples/inventory.py --at 10:9'
	@$(BIN)/phi-ls explain examples/inventory.py --at 10:9

test: check unit e2e

check: lint types floors generated

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "phi-ls needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.cpu: $(VENV)/.made pyproject.toml
	$(BIN)/pip install --quiet --editable '.[cpu]'
	@touch $@

$(VENV)/.dev: $(VENV)/.cpu
	$(BIN)/pip install --quiet --editable '.[cpu,dev]'
	@touch $@

# The GGUF engine comes as source only. It is built once into .wheels/, for the processor of this machine.
$(VENV)/.gguf: $(VENV)/.dev
ifeq ($(CXX_FOUND),)
	@echo 'no C++ compiler: the GGUF engine is left out, its tests are skipped'
else
	@ls .wheels/llama_cpp_python-*.whl >/dev/null 2>&1 || { \
	  echo 'building llama-cpp-python once (about 4 minutes on 2 cores)'; \
	  CMAKE_ARGS='-DGGML_NATIVE=ON -DLLAVA_BUILD=OFF' \
	  $(BIN)/pip wheel --quiet --no-deps --no-binary llama-cpp-python --wheel-dir .wheels $(GGUF); }
	$(BIN)/pip install --quiet --find-links .wheels --only-binary llama-cpp-python $(GGUF)
endif
	@touch $@

lint: $(VENV)/.dev
	$(BIN)/ruff format --check server tests scripts bench
	$(BIN)/ruff check server tests scripts bench

fmt: $(VENV)/.dev
	$(BIN)/ruff format server tests scripts bench
	$(BIN)/ruff check --fix server tests scripts bench

types: $(VENV)/.dev
	$(BIN)/mypy

floors: $(VENV)/.dev
	$(BIN)/lint-imports

# package.json, the JSON schema, the extension's constants and the README's table against the Python declarations.
generated: $(VENV)/.dev
	$(BIN)/python scripts/generate.py --check

# What `backends install` is tested with: the engines' packages in a folder, so that the test opens no connection.
$(VENV)/.wheels: $(VENV)/.gguf
	@$(BIN)/pip download --quiet --only-binary :all: --find-links .wheels --dest .wheels \
	  onnxruntime-genai==0.18.0 onnxruntime==1.31.1 'numpy>=2.0' 'tokenizers>=0.22,<0.24' && \
	{ [ -z '$(CXX_FOUND)' ] || $(BIN)/pip download --quiet --only-binary :all: --find-links .wheels --dest .wheels $(GGUF); } || \
	echo 'some packages could not be fetched: the tests that install them are skipped'
	@touch $@

unit: $(VENV)/.wheels
	$(BIN)/pytest

# For machines with a graphics processor; prints figures, skips with the reason elsewhere.
gpu: $(VENV)/.dev
	$(BIN)/pytest -m gpu -s -ra tests/gpu

# The extension's checks and tests, its package, and a real VS Code that is driven by keyboard.
e2e: $(VENV)/.dev
	PYTHON='$(CURDIR)/$(BIN)/python' scripts/e2e.sh

# Neovim, Helix and Emacs from Debian sid in .toolbox/editors, and phi-ls driven in each of them by keyboard. Where the
# machine cannot have those (exit status 3), its own editors are taken, and those that it lacks are skipped with the reason.
# With SABOTAGE=hover, column or null the server answers wrongly, and what that concerns must fail.
editors: $(VENV)/.dev
	@scripts/setup-editors.sh || [ $$? = 3 ]
	$(if $(SABOTAGE),PHI_LS_EDITORS_SABOTAGE=$(SABOTAGE) )$(BIN)/pytest tests/editors -m editors

# The recipe of the starter model: torch and what the export needs. Only who trains or tests the recipe wants them.
$(VENV)/.recipe: $(VENV)/.gguf
	$(BIN)/pip install --quiet --editable '.[cpu,dev,recipe]'
	@touch $@

recipe: $(VENV)/.recipe

# From nothing to the artefacts: corpus, tokenizer, training (many hours on a processor), export.
starter: $(VENV)/.recipe
	$(BIN)/python -m models.starter.recipe all

# The figures of the model card, measured on held-out packages (half an hour on two free cores), and its text from them.
card: $(VENV)/.recipe
	$(BIN)/python -m models.starter.card all

# Goes on with the training from its last checkpoint in .training/, beside other work; `touch .training/pause` pauses it.
starter-train: $(VENV)/.recipe
	@mkdir -p .training
	setsid nohup nice -n 19 $(BIN)/python -m models.starter.recipe train --nice 19 > .training/train.log 2>&1 < /dev/null &
	@echo 'training in the background; see .training/train.log'

$(VENV)/.bench: $(VENV)/.gguf
	$(BIN)/pip install --quiet --editable '.[cpu,dev,bench]'
	@touch $@

# Everything about speed, also against the peers, in about a quarter of an hour; the report and its pictures go to bench/.
# With the extra `recipe` (`make recipe`, or RECIPE_PYTHON names an interpreter that has it) ONNX is measured at real size, too.
# Measured beside nothing else: a training in the background pauses meanwhile. llama-server is built once, where it can be.
bench: $(VENV)/.bench
	@PYTHON=$(BIN)/python scripts/setup-llama-server.sh >/dev/null || echo 'the comparison with llama-server is left out'
	@mkdir -p .training && touch .training/pause
	@$(BIN)/python -m bench; status=$$?; rm -f .training/pause; exit $$status

# What the model of this machine writes for functions of this repository; the text is in artefacts/actions.md.
report: $(VENV)/.cpu
	@$(BIN)/python scripts/report.py

wheel: $(VENV)/.dev
	rm -f dist/phi_ls-*.whl
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

vsix: wheel
	npm ci --no-audit --no-fund --loglevel=error
	npm run --silent package

clean:
	rm -rf $(VENV) .wheels .toolbox dist extension/dist node_modules build artefacts
