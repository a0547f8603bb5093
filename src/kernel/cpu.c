#include "kernel/kernel.h"

#include <string.h>
#if defined(KERNEL_X86)
#include <cpuid.h>
#endif

const char *cpu_tier_name(CpuTier tier) {
    static const char *const names[CPU_TIERS] = {"ref", "avx2", "avx512"};
    return tier >= 0 && tier < CPU_TIERS ? names[tier] : "?";
}

#if defined(KERNEL_X86)
static bool has_f16c(void) {
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

/* __builtin_cpu_supports also asks whether the system saves the registers (XGETBV). */
CpuTier cpu_best(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !has_f16c())
        return CPU_REF;
    const bool all = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    return all ? CPU_AVX512 : CPU_AVX2;
}

/* The brand string lies in leaves 0x80000002..4, 16 bytes each, often with spaces round it. */
static void read_name(char name[49]) {
    unsigned words[12] = {0};
    name[0] = 0;
    if ((unsigned)__get_cpuid_max(0x80000000u, NULL) < 0x80000004u)
        return;
    for (unsigned i = 0; i < 3; i++)
        __get_cpuid(0x80000002u + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2],
                    &words[4 * i + 3]);
    char text[49] = {0};
    memcpy(text, words, sizeof words);
    size_t n = 0;
    for (const char *c = text; *c; c++)
        if (*c != ' ' || (n && name[n - 1] != ' '))
            name[n++] = *c >= ' ' && *c < 127 ? *c : '?';
    while (n && name[n - 1] == ' ')
        n--;
    name[n] = 0;
}
#else
CpuTier cpu_best(void) {
    return CPU_REF;
}

static void read_name(char name[49]) {
    name[0] = 0;
}
#endif

static const char *architecture(void) {
#if defined(__x86_64__)
    return "x86-64";
#elif defined(__aarch64__)
    return "arm64";
#elif defined(__riscv)
    return "riscv";
#else
    return "unknown processor";
#endif
}

const char *cpu_name(void) {
    static _Thread_local char name[49];
    if (!name[0])
        read_name(name);
    return name[0] ? name : architecture();
}
