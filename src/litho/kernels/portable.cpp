// The loops for any processor.
#include "kernels.h"

namespace {
#include "loops.h"
}

const LithoLoops* litho_portable_loops() { return &kLoops; }
