// The functions that Python calls; each chooses the loops for this processor.
//
// A result of 1 says that x held NaN or infinity, and that y means nothing.
#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
// Round to nearest even, subnormals kept, whatever the caller has set.
struct Arithmetic {
  unsigned kept = _mm_getcsr();
  Arithmetic() { _mm_setcsr(0x1f80); }
  ~Arithmetic() { _mm_setcsr(kept); }
};
#else
struct Arithmetic {
  Arithmetic() {}
};
#endif

static bool is_portable = false;

static const LithoLoops& loops() {
  static const LithoLoops* fast = litho_avx2_loops();
  return fast && !is_portable ? *fast : *litho_portable_loops();
}

extern "C" {

int32_t litho_abi() { return 2; }

// Gives 1 when the AVX2 loops are in use, 0 for the portable ones.
int32_t litho_has_avx2() { return &loops() != litho_portable_loops(); }

void litho_use_portable(int32_t flag) { is_portable = flag != 0; }

// x[outer][channels][inner], one set of parameters for each channel.
int32_t litho_step(int32_t kind, const float* x, float* y, const LithoParameters* parameters,
                   int64_t outer, int64_t channels, int64_t inner) {
  Arithmetic arithmetic;
  int32_t is_bad = 0;
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t c = 0; c < channels; c++, x += inner, y += inner) {
      int32_t found = loops().run_step(kind, x, y, inner, parameters[c]);
      is_bad |= found;
    }
  }
  return is_bad;
}

int32_t litho_table(const float* x, float* y, const float* thresholds, const float* values,
                    int32_t entries, int64_t outer, int64_t channels, int64_t inner) {
  Arithmetic arithmetic;
  int32_t is_bad = 0;
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t c = 0; c < channels; c++, x += inner, y += inner) {
      int32_t found = loops().run_table(x, y, inner, thresholds + c * (entries - 1),
                                        values + c * entries, entries);
      is_bad |= found;
    }
  }
  return is_bad;
}

int32_t litho_block(const float* x, float* y, const LithoBlock* block) {
  Arithmetic arithmetic;
  return loops().run_block(x, y, *block);
}

void litho_inside(const float* x, const float* gradient, float* y, const float* lows,
                  const float* highs, int64_t outer, int64_t channels, int64_t inner) {
  Arithmetic arithmetic;
  for (int64_t o = 0; o < outer; o++) {
    for (int64_t c = 0; c < channels; c++, x += inner, y += inner, gradient += inner) {
      loops().pass_inside(x, gradient, y, inner, lows[c], highs[c]);
    }
  }
}

void litho_inside_groups(const float* x, const float* gradient, float* y,
                         const LithoBlock* block) {
  Arithmetic arithmetic;
  loops().pass_groups(x, gradient, y, *block);
}

}  // extern "C"
