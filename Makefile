# convoscope: `make run` opens the window, `make test` runs the tests; both install what is missing.
#
#   make                build/convoscope              make asan, make tsan    tests with sanitizers
#   make check          all that CI runs              make fuzz               FUZZ_SECONDS=60 for each parser
#   make lessons        replays all of them, checked
#   make layers, lint   the house rules               make valgrind           run lenet under valgrind
#   make format, tidy   clang-format, clang-tidy      make verify             against PyTorch, every network
#   make bench          speed (bench-peers: others) make install, uninstall PREFIX=/usr/local DESTDIR=
#   make shots          the pictures of README.md     make deb                a package for Debian and Ubuntu
#
# Useful variables: CC=clang, BUILD=folder, CFLAGS, WERROR=1, SANITIZE=address,undefined | thread, V=1,
# ROOMS="base tensor" and TESTS="test_npy" to build a part; MODEL and IMAGE for `make run`.

VERSION := 0.1.0
BUILD ?= build
PREFIX ?= /usr/local
HOUSE := base tensor kernel layer graph model engine explain train draw export session ui app
ROOMS ?= $(HOUSE)
JOBS ?= $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
MODEL ?= lenet
IMAGE ?=

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla
WERROR ?= $(if $(CI),1,)
PACKAGES := sdl2 SDL2_ttf libcjson zlib fontconfig libexif
STB := $(shell pkg-config --cflags stb 2>/dev/null || \
	echo $(addprefix -I,$(wildcard /usr/include/stb /usr/local/include/stb /opt/homebrew/include/stb)))
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null) $(STB) $(shell pkg-config --cflags cmocka 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
TEST_LIBS := $(or $(shell pkg-config --libs cmocka 2>/dev/null),-lcmocka)
HOUSE_CPPFLAGS = -Isrc -D_DEFAULT_SOURCE -D_DARWIN_C_SOURCE -D_POSIX_C_SOURCE=200809L \
	-DCONVOSCOPE_VERSION=\"$(VERSION)\" -DCONVOSCOPE_PREFIX=\"$(PREFIX)\" $(PKG_CFLAGS)
HOUSE_CFLAGS = -std=c17 -ffp-contract=off $(WARNINGS) $(if $(WERROR),-Werror) $(SANITIZER)
SANITIZER = $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all -DKERNEL_ROLLED)
COMPILE = $(CC) $(HOUSE_CPPFLAGS) $(CPPFLAGS) $(CFLAGS) $(HOUSE_CFLAGS)
LINK = $(CC) $(CFLAGS) $(SANITIZER) $(LDFLAGS) $^
LDLIBS = $(PKG_LIBS) -lpthread -lm

SOURCES := $(sort $(foreach room,$(ROOMS),$(wildcard src/$(room)/*.c)))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
LIBRARY := $(BUILD)/libconvoscope.a
PROGRAM := $(BUILD)/convoscope
TESTS ?= $(patsubst tests/%.c,%,$(wildcard tests/test_*.c tests/double/test_*.c))
TEST_PROGRAMS := $(TESTS:%=$(BUILD)/tests/%)
FUZZERS ?= $(basename $(notdir $(wildcard tests/fuzz/fuzz_*.c)))
PARSERS := $(FUZZERS:fuzz_%=%)
# What run-tests runs: the tests, each fuzz target replaying its corpus, and the real window driven.
RUN_TESTS = $(TEST_PROGRAMS) $(foreach p,$(PARSERS),'$(BUILD)/tests/fuzz/replay_$p tests/fuzz/corpus/$p') \
	$(if $(SANITIZE),,'tests/tools/drive-window $(PROGRAM)')
RUN = CONVOSCOPE=$(PROGRAM) tests/tools/run-tests
# Make again, in parallel: with the caller's -j if there is one. Packages may have come since.
AGAIN = +@$(MAKE) --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))
Q := $(if $(V),,@)

.PHONY: all run test test-only test-build check lessons layers lint format format-check tidy clang asan tsan sanitized golden-update \
	fuzz fuzzers bench verify verify-explain valgrind install uninstall clean FORCE
.SECONDARY:
all: $(PROGRAM)

# What one tier of the kernels may use; nothing else is compiled with more than the baseline.
ifneq ($(filter x86_64% amd64% i%86%,$(shell $(CC) -dumpmachine 2>/dev/null)),)
$(BUILD)/src/kernel/%_avx2.o: TIER := -mavx2 -mfma -mf16c
$(BUILD)/src/kernel/%_avx512.o: TIER := -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx2 -mfma -mf16c
endif
$(BUILD)/src/kernel/%.o: OPTIMISE := -O3
$(BUILD)/src/train/%.o: OPTIMISE := -O3
$(BUILD)/src/draw/%.o: OPTIMISE := -O3
$(BUILD)/src/tensor/colormap.o: OPTIMISE := -O3

# stb_image is a header: the two files that hold its code are compiled without our warnings, and with
# its overflows (broken JPEGs) defined.
$(BUILD)/src/tensor/stb_%.o: WARNINGS := -w -fwrapv

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(if $(V),,@echo 'cc $<')
	$(Q)$(COMPILE) $(if $(SANITIZE),,$(OPTIMISE)) $(TIER) -MMD -MP -c $< -o $@

# Changes when the flags do, so that all is compiled again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(COMPILE)' | cmp -s - $@ || echo '$(COMPILE)' >$@

$(LIBRARY): $(filter-out %/app/main.o,$(OBJECTS))
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(PROGRAM): $(BUILD)/src/app/main.o $(LIBRARY)
	$(Q)$(LINK) $(LDLIBS) -o $@

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/tests/support.o $(LIBRARY)
	$(Q)$(LINK) $(LDLIBS) $(TEST_LIBS) -o $@

# The lower rooms once more with double for float, only the ref tier of the kernels, and what is
# tested there (tests/double).
DOUBLE_SOURCES := $(filter-out %_avx2.c %_avx512.c,$(wildcard src/base/*.c src/kernel/*.c src/layer/*.c)) \
	src/tensor/tensor.c
DOUBLE_LIBRARY := $(BUILD)/double/libconvoscope.a
DOUBLE := -DKERNEL_REF_ONLY -Dfloat=double -Dsqrtf=sqrt -Dexpf=exp -Dtanhf=tanh -Dpowf=pow -Dlogf=log \
	-Dfabsf=fabs -Wno-psabi
$(BUILD)/double/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(if $(V),,@echo 'cc $< (double)')
	$(Q)$(COMPILE) $(DOUBLE) -MMD -MP -c $< -o $@
$(DOUBLE_LIBRARY): $(DOUBLE_SOURCES:%.c=$(BUILD)/double/%.o)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
$(BUILD)/tests/double/%: $(BUILD)/double/tests/double/%.o $(BUILD)/double/tests/support.o $(DOUBLE_LIBRARY)
	@mkdir -p $(@D)
	$(Q)$(LINK) $(LDLIBS) $(TEST_LIBS) -o $@

$(BUILD)/tests/fuzz/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(LIBRARY)
	$(Q)$(LINK) $(LDLIBS) -o $@

$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(LIBRARY)
	$(Q)$(LINK) -fsanitize=fuzzer $(LDLIBS) -o $@

-include $(OBJECTS:.o=.d) $(wildcard $(BUILD)/tests/*.d $(BUILD)/tests/*/*.d $(BUILD)/double/*/*/*.d)

run:
	@.ci/install-packages build
	$(AGAIN) all
	$(PROGRAM) view $(MODEL) $(IMAGE:%=--image %)

test:
	@.ci/install-packages build test
	$(AGAIN) test-build
	@$(RUN) $(RUN_TESTS)

test-build: $(if $(wildcard src/app/main.c),$(PROGRAM)) $(TEST_PROGRAMS) \
	$(PARSERS:%=$(BUILD)/tests/fuzz/replay_%)

# Runs the tests without installing anything: for developers.
test-only: $(if $(wildcard src/app/main.c),$(PROGRAM)) $(TEST_PROGRAMS)
	@$(RUN) $(TEST_PROGRAMS)

# Keeps the pictures of tests/golden as they are drawn now: look at them before committing.
golden-update: $(BUILD)/tests/test_golden
	GOLDEN_UPDATE=1 $(BUILD)/tests/test_golden

# A failed step is counted in the summary at the end, which is that of the tests.
CHECKS := layers lint format-check lessons clang asan
check:
	@.ci/install-packages build test
	+@failed=; for step in $(CHECKS); do echo "== $$step"; \
		$(MAKE) --no-print-directory $$step || failed="$$failed $$step"; done; \
	echo "== test"; ALSO_FAILED="$$failed" $(MAKE) --no-print-directory test WERROR=1

# Every lesson, step by step, in every language, small and for the hall.
lessons: $(PROGRAM)
	@CONVOSCOPE_HOME=. $(PROGRAM) lesson check

layers:
	@tests/tools/check-layers $(HOUSE)
lint:
	@tests/tools/check-sources

# Versions of clang-format disagree, so only the one that Debian 12 has is asked.
C_FILES = $(wildcard src/*/*.[ch] tests/*.[ch] tests/*/*.[ch])
format:
	clang-format -i $(C_FILES)
format-check:
	@if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then \
		clang-format --dry-run -Werror $(C_FILES); else echo "clang-format 14 is not here: skipped"; fi
tidy:
	clang-tidy --quiet $(SOURCES) -- $(HOUSE_CPPFLAGS) -std=c17

# The other compiler, where there is one.
clang:
	$(AGAIN) $(if $(shell command -v clang),BUILD=build/clang CC=clang WERROR=1 test-build,skipped-clang)
skipped-%:
	@echo "$* is not here: skipped"

asan:
	$(AGAIN) BUILD=build/asan SANITIZE=address,undefined CFLAGS="-O1 -g" WERROR= sanitized
tsan: TSAN_TESTS = $(filter test_base_pool% test_base_ticker% test_run% test_session% test_train% test_explain%,$(TESTS))
tsan:
	$(AGAIN) BUILD=build/tsan SANITIZE=thread WERROR= FUZZERS= TESTS="$(TSAN_TESTS)" sanitized
# ThreadSanitizer cannot live with much randomness in the address space.
sanitized: test-build
	@export UBSAN_OPTIONS=print_stacktrace=1 TEST_TIMEOUT=900; \
	if [ "$(SANITIZE)" = thread ] && setarch -R true 2>/dev/null; then export WRAP="setarch -R"; fi; \
	$(RUN) -l $(notdir $(BUILD)) $(RUN_TESTS)

# What is found goes into the corpus, which `make test` replays: a crash as a file there, the rest in build/.
FUZZ_SECONDS ?= 60
fuzz:
	@.ci/install-packages build clang
	$(AGAIN) BUILD=build/fuzz CC=clang SANITIZE=address,undefined,fuzzer-no-link WERROR= fuzzers
	@for p in $(PARSERS); do echo "== $$p"; mkdir -p build/fuzz/corpus/$$p tests/fuzz/corpus/$$p; \
		build/fuzz/tests/fuzz/fuzz_$$p -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=4096 \
			-verbosity=0 -print_final_stats=1 -artifact_prefix=tests/fuzz/corpus/$$p/ \
			build/fuzz/corpus/$$p tests/fuzz/corpus/$$p || exit 1; done
fuzzers: $(FUZZERS:%=$(BUILD)/tests/fuzz/%)

PYTHON ?= $(shell for p in python3 /usr/bin/python3; do \
	$$p -c 'import importlib.util as u; exit(not u.find_spec("torch"))' 2>/dev/null && echo $$p && break; done)
verify:
	@.ci/install-packages build torch
	$(AGAIN) all
	$(PYTHON) tests/reference/verify.py $(VERIFY)

# `make verify-explain VERIFY="alexnet --seed 2"`
verify-explain:
	@.ci/install-packages build torch
	$(AGAIN) all
	$(PYTHON) tests/reference/verify_explain.py --program $(PROGRAM) $(VERIFY)

bench: all
	$(PROGRAM) bench

$(BUILD)/tests/tools/%_bench: $(BUILD)/tests/tools/%_bench.o $(LIBRARY)
	$(Q)$(LINK) $(LDLIBS) -o $@

# Our matrix multiplication beside OpenBLAS's: `make bench-gemm THREADS=2`.
.PHONY: bench-gemm
THREADS ?= 1
$(BUILD)/tests/tools/gemm_bench: $(BUILD)/tests/tools/gemm_bench.o $(LIBRARY)
	$(Q)$(LINK) -lopenblas $(LDLIBS) -o $@
bench-gemm:
	@if printf '#include <cblas.h>\n' | $(CC) -E - >/dev/null 2>&1; then \
		$(MAKE) --no-print-directory $(BUILD)/tests/tools/gemm_bench && \
		$(BUILD)/tests/tools/gemm_bench $(THREADS); \
	else echo "bench-gemm skipped: no cblas.h (Debian: libopenblas-dev)"; fi

# The fast plan and step mode beside ONNX Runtime (from npm) and PyTorch (Debian: python3-torch), and
# matrix products beside OpenBLAS: `make bench-peers PEERS="--models vgg19 --threads 1"`.
.PHONY: bench-peers
bench-peers: $(BUILD)/tests/tools/peer_bench
	CONVOSCOPE_HOME=$(CURDIR) tests/peers/bench_peers.py --build $(BUILD) $(PEERS)
	@$(MAKE) --no-print-directory bench-gemm

# Learning beside PyTorch (Debian: python3-torch).
.PHONY: bench-training
bench-training: $(BUILD)/tests/tools/train_bench
	CONVOSCOPE_HOME=$(CURDIR) tests/reference/bench_training.py --bench $<

# Layers as training has them: `make bench-conv THREADS=2`.
.PHONY: bench-conv
bench-conv: $(BUILD)/tests/tools/conv_bench
	$< $(THREADS)

# The way down to the picture beside the forward pass: `make bench-projection THREADS=2`.
.PHONY: bench-projection
bench-projection: $(BUILD)/tests/tools/projection_bench
	CONVOSCOPE_HOME=$(CURDIR) $< $(THREADS)

# The workbench's race on a layer of four families: `make bench-race THREADS=2`.
.PHONY: bench-race
bench-race: $(BUILD)/tests/tools/race_bench
	CONVOSCOPE_HOME=$(CURDIR) $< $(THREADS)

# From the key to the picture, step by step through all lessons.
.PHONY: bench-lessons
bench-lessons: $(BUILD)/tests/tools/lesson_bench
	CONVOSCOPE_HOME=$(CURDIR) $<

# A full screen, drawn without a graphics card: `make bench-frames FRAMES=200 SCALE=2`.
.PHONY: bench-frames
FRAMES ?= 200
SCALE ?= 1
bench-frames: $(BUILD)/tests/tools/frame_bench
	$< $(FRAMES) $(SCALE)

valgrind: all
	valgrind -q --leak-check=full --error-exitcode=1 $(PROGRAM) run $(MODEL) --image $(or $(IMAGE),assets/images/digit_7.png)

# The manual's page and the completions are printed by the program itself.
ROOT := $(DESTDIR)$(PREFIX)
SHARE := $(ROOT)/share
PIECES := assets/i18n assets/images assets/labels models lessons
INSTALLED := bin/convoscope share/convoscope share/man/man1/convoscope.1 \
	share/bash-completion/completions/convoscope share/zsh/site-functions/_convoscope \
	share/fish/vendor_completions.d/convoscope.fish share/applications/convoscope.desktop \
	share/icons/hicolor/scalable/apps/convoscope.svg
install: all
	install -d $(addprefix $(ROOT)/,$(sort $(dir $(INSTALLED)))) $(SHARE)/convoscope/assets
	install -m 755 $(PROGRAM) $(ROOT)/bin/convoscope
	for piece in $(PIECES); do rm -rf "$(SHARE)/convoscope/$$piece" && \
		cp -R $$piece "$(SHARE)/convoscope/$$piece" || exit 1; done
	chmod -R u=rwX,go=rX $(SHARE)/convoscope
	install -m 644 assets/desktop/convoscope.desktop $(SHARE)/applications/
	install -m 644 assets/desktop/convoscope.svg $(SHARE)/icons/hicolor/scalable/apps/
	CONVOSCOPE_HOME=. $(PROGRAM) help man >$(SHARE)/man/man1/convoscope.1
	CONVOSCOPE_HOME=. $(PROGRAM) help bash >$(SHARE)/bash-completion/completions/convoscope
	CONVOSCOPE_HOME=. $(PROGRAM) help zsh >$(SHARE)/zsh/site-functions/_convoscope
	CONVOSCOPE_HOME=. $(PROGRAM) help fish >$(SHARE)/fish/vendor_completions.d/convoscope.fish
# Nothing of it stays; of the folders those that others use.
uninstall:
	rm -rf $(addprefix $(ROOT)/,$(INSTALLED))
	@for folder in $(addprefix $(ROOT)/,$(sort $(dir $(INSTALLED)))); do \
		rmdir -p "$$folder" 2>/dev/null; done; true

# The pictures of README.md, made by the program that they show.
.PHONY: shots
shots: all
	$(PROGRAM) play assets/shots/readme.play --out assets/shots --size 1280x800 --lang en
	$(PROGRAM) diagram googlenet --block inception_3a --lang en --out assets/shots/inception_3a.svg

# build/deb/convoscope_VERSION_ARCHITECTURE.deb
.PHONY: deb
deb:
	@.ci/install-packages build deb
	.ci/make-deb $(VERSION)

clean:
	rm -rf $(BUILD)
