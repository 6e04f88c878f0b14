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

// The loops in use, from the slowest: 0 portable, 1 AVX2, 2 AVX-512.
static int32_t level_of_processor() {
  return litho_avx512_loops() ? 2 : litho_avx2_loops() ? 1 : 0;
}

static int32_t limit = 2;

static int32_t level() {
  static const int32_t most = level_of_processor();
  return most < limit ? most : limit;
}

static const LithoLoops& loops() {
  switch (level()) {
    case 2: return *litho_avx512_loops();
    case 1: return *litho_avx2_loops();
    default: return *litho_portable_loops();
  }
}

extern "C" {

int32_t litho_abi() { return 3; }

int32_t litho_level() { return level(); }

void litho_limit_level(int32_t most) { limit = most; }

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
