# Thin: every target is a script that can be run by itself. `make` alone shows them.
.PHONY: help setup demo test powercut-full clean-root bench check format format-check analysis clean

help:
	@echo 'make demo            the whole story on an emulated board: factory, secure boot, refused attacks (sets everything up)'
	@echo 'make test            every test (sets everything up); AREA=boot: one area only; V=1: all output'
	@echo 'make powercut-full   power cuts, the long form (hours; make test runs the short one)'
	@echo 'make clean-root      make test in a fresh, minimal Debian (as root); RELEASE=bookworm or trixie'
	@echo 'make bench           measure, rewrite docs/numbers.md, fail on a broken budget'
	@echo 'make check           what CI does: format, static analysis, shell scripts, then make test'
	@echo 'make format          lay out all C code (.clang-format)'
	@echo 'make setup           only the set-up: Debian packages, pinned sources'
	@echo 'make clean           remove build/ (keeps fetched sources)'

setup:
	@tests/run.sh setup

demo:
	@PRESETS='an524-development host' tests/run.sh build
	@tests/demo.sh build/host/tools/holdfast build/an524-development

test:
	@tests/run.sh test $(if $(AREA),--area '$(AREA)')

powercut-full:
	@PRESETS=host tests/run.sh build
	@cmake --build build/host --target powercut-full storage-powercut-full update-powercut-full

clean-root:
	@tests/clean_root.sh $(or $(RELEASE),bookworm) $(or $(TARGET),test)

bench:
	@PRESETS='an524-development an524-production host' tests/run.sh build
	@bench/run.sh

check:
	@tests/run.sh check

format:
	@tests/check/format.sh --write

format-check:
	@tests/check/format.sh

analysis:
	@tests/check/analysis.sh

clean:
	rm -rf build
