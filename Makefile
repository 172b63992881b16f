# What a user or contributor does with this tree. `make demo` and `make test` work on a bare machine with a Swift
# toolchain: they install what they need first. Written for GNU make 3.81, which is macOS's.

SWIFT ?= swift
PREFIX ?= /usr/local
# A newer QEMU beside the installed one, unpacked from this suite of Debian; unset, from its backports.
QEMU_NEXT ?= $(CURDIR)/.build/qemu-backports
QEMU_NEXT_SUITE ?=

# With Swift's own libraries in it, which need not be on the machine then; it also starts sooner and takes less memory.
# macOS has them.
RELEASE := --configuration release --product quiver
ifeq ($(shell uname -s),Linux)
# Nothing looks the program's own symbols up: without their table it is 4 MB smaller.
RELEASE += --static-swift-stdlib -Xlinker --no-export-dynamic
endif

.PHONY: help deps build install demo test test-portable bench lint format clean

help:
	@echo "make deps           install the system packages that building and running need"
	@echo "make build          build the package (debug)"
	@echo "make install        build a release and copy quiver to PREFIX/bin ($(PREFIX)/bin)"
	@echo "make demo           run a real pytest suite in a real machine: passed, failed, restored, passed"
	@echo "make test           check and test everything, with real machines, on two versions of QEMU"
	@echo "make test-portable  what of that needs no guests, no QEMU and no Debian; for macOS and other systems"
	@echo "make bench          measure what the budgets speak of, beside other clients"
	@echo "make lint           check the format, the structure, the generated code, the guest's Python and the scripts"
	@echo "make format         fix the format"
	@echo "make clean          remove what was built"

deps:
	@Tools/install-packages

build: deps
	$(SWIFT) build

install: deps
	$(SWIFT) build $(RELEASE)
	mkdir -p $(DESTDIR)$(PREFIX)/bin
	Tools/check-release .build/release/quiver
	install -s -m 755 .build/release/quiver $(DESTDIR)$(PREFIX)/bin/quiver

demo: build
	@Tools/demo .build/debug/quiver

ifeq ($(shell uname -s),Linux)
test: deps
	@QUIVER_TEST_QEMU_NEXT="$(QEMU_NEXT)" QEMU_NEXT_SUITE="$(QEMU_NEXT_SUITE)" SWIFT="$(SWIFT)" Tools/test
else
test:
	@echo "make test: needs Debian, whose packages it installs and boots; run: make test-portable" >&2; exit 69
endif

test-portable:
	@SWIFT="$(SWIFT)" Tools/test-portable

bench: deps
	@Benchmarks/run

lint:
	$(SWIFT) format lint --strict --recursive Sources Tests Fuzzing/Sources Package.swift
	$(SWIFT) build --explicit-target-dependency-import-check error
	Tools/check-generated
	Tools/check-imports
	Tools/check-manifest
	Tools/check-directories
	Tools/check-doc-links
	Tools/check-guest-values
	Tools/check-python
	Tools/check-scripts

format:
	$(SWIFT) format --in-place --recursive Sources Tests Fuzzing/Sources Package.swift
	Tools/check-python --fix

clean:
	rm -rf .build
