// The loops for x86-64 with AVX2 and FMA; whether the processor has them is asked at run time.
#include "kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#include <string.h>

#include <new>
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

#define LITHO_AVX2
namespace {
#include "loops.h"
}

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const LithoLoops* litho_avx2_loops() {
  bool has_both = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has_both ? &kLoops : nullptr;
}
#else
const LithoLoops* litho_avx2_loops() { return nullptr; }
#endif
