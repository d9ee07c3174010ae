# The commands of this project. `make` alone says what they are.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

# What Debian 12 packages each command needs, apart from Rust itself.
PACKAGES_BUILD := build-essential pkg-config libpcsclite-dev libfontconfig1-dev
PACKAGES_HALL := pcscd vsmartcard-vpcd xvfb fonts-noto-cjk libxkbcommon-x11-0 libx11-xcb1 libxcursor1 libxi6 libxrandr2 util-linux
PACKAGES_DEB := debhelper git help2man libinput-dev libudev-dev libxkbcommon-dev lintian mmdebstrap python3 systemd
PACKAGES_TEST := chromium chromium-driver libfaketime openssl
PACKAGES_IMAGE := mmdebstrap squashfs-tools cryptsetup-bin dosfstools mtools fdisk binutils zstd git openssl rauc
PACKAGES_MACHINE := qemu-system-x86 ovmf

# All that is built and linted. `--all-targets` would also build the screens' library as a test of itself, which has
# none, and that generated code takes longest of all.
TARGETS := --lib --bins --tests --examples

.PHONY: help demo test test-long bench fuzz lint fmt-check clippy docs-check house install-demo install-test install-nextest deb test-deb image image-check update test-image

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

test-long: ## What takes longer: the life of the Debian packages, the appliance in QEMU
	@$(MAKE) test-deb
	$(MAKE) image
	$(MAKE) test-image

bench: install-test ## The figures, each beside what it is compared with
	@cargo build --locked --release --workspace --exclude house --bins --examples
	target/release/examples/typing assets/catalogue
	target/release/examples/figures
	target/release/examples/lock_boards
	target/release/examples/decoders
	target/release/examples/identity
	exec target/release/hall bench

# The terminal of the packages draws on the display itself.
deb: ## Debian packages of both programs in target/deb, judged by lintian and for their exposure
	@bash tests/install $(PACKAGES_BUILD) $(PACKAGES_DEB)
	cargo build --locked --release --package kiosk --package kiosk-backend --bins --features kiosk/kms
	assets/debian/build "$${CARGO_TARGET_DIR:-target}/release" target/deb

test-deb: deb ## The packages: the same twice; installed, started, upgraded, removed and purged in a Debian of their own
	@programs="$${CARGO_TARGET_DIR:-target}/release"
	echo "== the same twice"
	assets/debian/build "$$programs" target/deb/again >/dev/null
	for package in target/deb/*.deb; do cmp "$$package" "target/deb/again/$$(basename "$$package")"; done
	VERSION="$$(dpkg-deb --field target/deb/hall-kiosk_*.deb Version).1" assets/debian/build "$$programs" target/deb/later >/dev/null
	tests/packages target/deb target/deb/later

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

# What the image holds of ours. `make deb` builds it; another may be named.
KIOSK_DEB ?= $(firstword $(wildcard target/deb/hall-kiosk_*.deb))
# What signs its updates: cert.pem goes into the image. Made where there is none; a hall keeps its own.
UPDATE_KEYS ?= target/update-keys

image: ## The appliance: a disk image of Debian 12 and the package in target/deb (KIOSK_DEB=FILE), into target/image
	@bash tests/install $(PACKAGES_IMAGE)
	if [ -z "$(KIOSK_DEB)" ]; then echo "There is no package of the kiosk: run \`make deb\` first, or name one with KIOSK_DEB=FILE." >&2; exit 1; fi
	assets/image/keys "$(UPDATE_KEYS)"
	assets/image/build target/image "$(KIOSK_DEB)" "$(UPDATE_KEYS)"

update: ## What terminals of an earlier image with the same UPDATE_KEYS become what this one is; into target/image
	@bash tests/install $(PACKAGES_IMAGE)
	assets/image/bundle target/image "$(UPDATE_KEYS)" "target/image/update-$$(cat target/image/version).raucb"

image-check: image ## The appliance built a second time: both root hashes and both disks, which must be the same
	@assets/image/build target/image-again "$(KIOSK_DEB)" "$(UPDATE_KEYS)"
	assets/image/compare target/image target/image-again

test-image: install-test ## The appliance in QEMU: first start, a visit, cable and power cut; pictures in target/image/pictures
	@bash tests/install $(PACKAGES_MACHINE) $(PACKAGES_IMAGE)
	cargo build --locked --workspace --exclude house --bins
	exec target/debug/test-image target/image

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
