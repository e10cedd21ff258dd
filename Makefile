# make demo   set up, build, and watch the example come up, change, survive a failure and go away again
# make test   set up and run all tests
.PHONY: all setup build release demo test test-oracle test-cluster bench check docs format clean

KC := .build/release/kc

all: build

setup:
	@Scripts/setup

build: setup
	swift build

# The standard library is linked statically: the binary needs nothing of Swift on the machine it runs on.
release: setup
	swift build -c release --product kc --static-swift-stdlib

demo: release
	@Scripts/demo

test: setup
	@Scripts/check-layers
	@Scripts/run-tests

test-oracle: setup
	KC_ORACLE_FULL=1 swift test --filter Oracle

# Against any real cluster: make test-cluster KC_CLUSTER=KUBECONFIG [KC_CLUSTER_IMAGE=an image that its nodes can pull]
test-cluster: setup
	KC_CLUSTER="$(KC_CLUSTER)" swift test --no-parallel --filter ClusterTests

bench: release
	swift build -c release --product bench-scheduler --static-swift-stdlib
	swift build -c release --product bench-objects --static-swift-stdlib
	@Benchmarks/run
	@Benchmarks/language
	@Benchmarks/plan
	@Benchmarks/Objects/run

# What CI holds a change to, besides the tests.
check: setup
	@Scripts/check-layers
	swift format lint --strict --recursive Sources Tests Package.swift
	@Scripts/run-tests

# Writes what is generated of documentation and library: the pages of the diagnostics, and the API's types as source.
# Tests hold both to the code.
docs: setup
	KC_UPDATE=1 swift test --filter 'DiagnosticPagesTests|pageShowsThem|sourcesSayWhatTheSchemasSay'
	@Scripts/generate-stdlib-files

format:
	swift format --in-place --recursive Sources Tests Package.swift

clean:
	rm -rf .build
