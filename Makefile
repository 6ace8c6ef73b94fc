# `make help` lists every supported target; nothing else is supported.
# Everything runs inside the build root (buildroot/enter), which is made when it is missing.

SHELL := /bin/bash
ENTER := buildroot/enter
SPEC ?= cluster.yaml
ISO ?= build/muster-amd64.iso
NODES ?= 2
HOURS ?=
# How long the tests may take; what does not fit is skipped and told.
MINUTES ?=
FIRMWARE ?= bios
# The lock file of an earlier ISO, whose packages this one must have.
LOCKED ?=

.DEFAULT_GOAL := help
.PHONY: help iso named programs test check soak build lab bench clean

# A lab of our own ISO makes it first, which takes seconds when nothing changed; one of an ISO that was named
# needs the program only.
LAB_NEEDS := $(if $(filter file,$(origin ISO)),iso,programs)

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s  %s\n", $$1, $$2 }' Makefile

# Words of the caller reach the shell through the environment: it reads none of them as its own.
export SPEC ISO NODES FIRMWARE LOCKED HOURS MINUTES
MUSTER := $(ENTER) --paths build/release/apps/muster/muster

build: ## compile for development; build/muster then runs the command line from this machine
	@$(ENTER) tools/build dev
	@install -D -m 0755 tools/muster-from-host build/muster

programs:
	@$(ENTER) tools/packages
	@install -D -m 0755 tools/muster-from-host build/muster

# Before minutes are spent on compiling.
named:
	@[ -r "$$SPEC" ] || { echo "make: cannot read SPEC '$$SPEC'; name your copy of cluster.yaml" >&2; exit 2; }
	@mkdir -p build
	@[ -d "$$(dirname -- "$$ISO")" ] || { echo "make: ISO '$$ISO' is in no directory that is there; make it first" >&2; exit 2; }

iso: named programs ## write build/muster-amd64.iso and build/muster (SPEC=site.yaml: of your own copy of cluster.yaml)
	@$(MUSTER) iso build "$$SPEC" -o "$$ISO" $${LOCKED:+--locked "$$LOCKED"}

lab: $(LAB_NEEDS) ## boot a virtual cluster from the ISO (NODES=2 FIRMWARE=bios|uefi|secureboot)
	@$(MUSTER) lab up --iso "$$ISO" --nodes "$$NODES" --firmware "$$FIRMWARE"
	@$(MUSTER) lab exec head -- muster job check

check: ## the quick tests: compile, unit, contract, fuzz corpus (2 minutes when warm)
	@$(ENTER) tools/test quick

test: ## all tests: quick ones, real daemons in network namespaces, ISO and virtual clusters; MINUTES=N: as far as N reach
	@$(ENTER) tools/test all "$$MINUTES"

soak: ## tests that take long; with HOURS=N also faults at random and fuzzers, for so many hours
	@$(ENTER) tools/test soak "$$HOURS"

bench: ## print figures beside what they are compared with, and write build/bench.json
	@$(ENTER) tools/bench

clean: ## remove build/; roots and layers stay in the cache
	rm -rf build
