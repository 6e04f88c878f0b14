// How a processor does the arithmetic of floats while kernels run.
#pragma once

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
