// The loops of the kernels.
//
// Included by portable.cpp, avx2.cpp and avx512.cpp, into a namespace of its own each time.

#include "lanes.h"
#include "steps.h"
#include "elements.h"
#include "groups.h"
#include "gradients.h"
#include "integers.h"

static const LithoLoops kLoops = {run_step,    run_table, run_block,  pass_inside,
                                  pass_groups, add_terms, pass_lanes, add_lanes,
                                  round_integers, regrid_floats, regrid_doubles};
