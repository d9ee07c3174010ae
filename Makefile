# The commands of this project. `make` alone says what they are.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

# What Debian 12 packages each command needs, apart from Rust itself.
PACKAGES_BUILD := build-essential pkg-config libpcsclite-dev libfontconfig1-dev
PACKAGES_HALL := pcscd vsmartcard-vpcd xvfb fonts-noto-cjk libxkbcommon-x11-0 libx11-xcb1 libxcursor1 libxi6 libxrandr2 util-linux
PACKAGES_TEST := chromium chromium-driver libfaketime openssl

# All that is built and linted. `--all-targets` would also build the screens' library as a test of itself, which has
# none, and that generated code takes longest of all.
TARGETS := --lib --bins --tests --examples

.PHONY: help demo test bench fuzz lint fmt-check clippy docs-check house install-demo install-test install-nextest

help: ## What there is to type
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

demo: install-demo ## The whole hall on this machine, with no hardware, to play with in a browser
	@cargo build --locked --workspace --exclude house --bins
	exec target/debug/hall demo

test: install-test lint ## Everything CI checks
	@echo "== tests"
	cargo build --locked --workspace $(TARGETS) # the features that the tests resolve: one build serves both
	if cargo nextest --version >/dev/null 2>&1; then
		cargo nextest run --locked --workspace --no-fail-fast
	else
		cargo test --locked --workspace --no-fail-fast -- --test-threads=1
	fi
	echo "== the hall starts and a visit works"
	target/debug/hall demo --check

bench: install-test ## The figures, each beside what it is compared with
	@cargo build --locked --release --workspace --exclude house --bins --examples
	target/release/examples/typing assets/catalogue
	target/release/examples/figures
	target/release/examples/lock_boards
	target/release/examples/decoders
	target/release/examples/identity
	exec target/release/hall bench

fuzz: ## Every decoder of the devices for FUZZ_SECONDS (600), guided by coverage where cargo-fuzz is installed
	@export FUZZ_SECONDS="$${FUZZ_SECONDS:-600}"
	if cargo fuzz --version >/dev/null 2>&1; then
		# Instrumentation without sanitizers is all that the stable compiler has. New finds stay out of the corpus.
		export RUSTC_BOOTSTRAP=1
		names=(hardware/fuzz/corpus/*/)
		for name in "$${names[@]}"; do
			name=$$(basename "$$name"); found="hardware/fuzz/target/found/$$name"; mkdir -p "$$found"
			FUZZ_DECODER="$$name" cargo fuzz run --fuzz-dir hardware/fuzz -s none decoder "$$found" "hardware/fuzz/corpus/$$name" \
				-- -max_total_time=$$((FUZZ_SECONDS / $${#names[@]} + 1))
		done
	else
		echo "cargo-fuzz is not installed (cargo install cargo-fuzz): mutations of the corpus, not guided by coverage"
		cargo test --locked --release -p hardware --test fuzz -- --nocapture
	fi

lint: fmt-check house clippy docs-check ## Formatting, the rules of the house, lints, documentation

fmt-check:
	@echo "== format"
	cargo fmt --all --check

clippy:
	@echo "== lints"
	cargo clippy --locked --workspace $(TARGETS) -- -D warnings

docs-check:
	@echo "== documentation"
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --quiet

# Circles, twins, arrows between crates, decisions, docs, dependencies, licences: tests/house/src/main.rs.
house:
	@echo "== rules of the house"
	cargo run --locked --quiet -p house

install-demo: ## The Debian packages for `make demo`, only those that are missing
	@bash tests/install $(PACKAGES_BUILD) $(PACKAGES_HALL)

install-test: ## The Debian packages for `make test`, only those that are missing
	@bash tests/install $(PACKAGES_BUILD) $(PACKAGES_HALL) $(PACKAGES_TEST)
