// The loops for any processor.
#include "kernels.h"

#include <new>

namespace {
#include "loops.h"
}

const LithoLoops* litho_portable_loops() { return &kLoops; }
