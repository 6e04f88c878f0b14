"""The conformance suite is tested: each planted fault in the hardware is caught, and by the check
that is there for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from litho.errors import MismatchError
from litho.rtl import Case, Design, DesignFolder, write_design
from litho.testing import (
    check_equality,
    check_reset,
    check_schedule,
    check_second_simulator,
    check_timing,
    checks,
    find_subjects,
)

Check = Callable[[Case, Path], None]


@dataclass(frozen=True)
class Mutant:
    """A fault: `old` becomes `new` in `file`, and `check` of the case `subject` finds it."""

    name: str
    subject: str
    file: str
    old: str
    new: str
    check: Check = check_equality
    says: str | None = None


EVEN = "rtl-round_half_even_7b_s4b_shift3b"
LINEAR = "linear-10x6_fixed8f4_fixed6f3_4to2_1"
HOLDS = "linear-12x6_fixed8f4_3to2_holds"
SKIPS = "linear-12x6_fixed8f4_3to2_skips"
MATMUL = "matmul-plain_3x5_5x4"
LOADED = "loaded_linear-10x6_fixed8f4_fixed6f3_4to2_1"
SPARSE = "sparse_linear-12x10_3x2_10_4to5_2"
REGISTER = "rtl-register_8b_1of256"
STALL = "rtl-stall_8b_1of256_1"

MUTANTS = (
    Mutant(
        "a tie is rounded up, not to the even code",
        EVEN,
        "litho_round.sv",
        "(!is_tie || whole[0])",
        "1'b1",
    ),
    Mutant(
        "a tie is told by one bit of the fraction only",
        EVEN,
        "litho_round.sv",
        "fraction[FractionBits-2:0] == '0;",
        "!fraction[FractionBits-2];",
    ),
    Mutant(
        "rounding toward zero also moves exact values",
        "rtl-round_toward_zero_7b_s4b_shift3b",
        "litho_round.sv",
        "whole[InBits-1] && !is_exact",
        "whole[InBits-1]",
    ),
    Mutant(
        "the upper limit wraps instead of saturating",
        EVEN,
        "litho_round.sv",
        "sum > High ? OutBits'(High)",
        "sum > High ? OutBits'(sum)",
    ),
    Mutant(
        "the lower limit is one too high",
        EVEN,
        "litho_round.sv",
        "OutSigned ? -High - One",
        "OutSigned ? -High",
    ),
    Mutant(
        "the shift brings in zeros, not the sign", EVEN, "litho_round.sv", ">>> shift", ">> shift"
    ),
    Mutant(
        "a code of a is read as unsigned",
        "rtl-dot_1x_s6b_s6b",
        "litho_product.sv",
        "ASigned && a_i[i*ABits + ABits - 1]",
        "1'b0",
    ),
    Mutant(
        "a level of the adder tree is one bit too narrow",
        "rtl-dot_5x_s8b_s8b",
        "litho_sum.sv",
        "InBits + $clog2(RightTerms)",
        "InBits + $clog2(RightTerms) - 1",
    ),
    Mutant(
        "a register takes a beat while it is full",
        REGISTER,
        "litho_stream_register.sv",
        "in_ready_o  = !valid_q || out_ready_i",
        "in_ready_o  = 1'b1",
        says="rule 1",
    ),
    Mutant(
        "a register's data change while it waits",
        REGISTER,
        "litho_stream_register.sv",
        "if (in_ready_o && in_valid_i) data_q",
        "if (in_valid_i) data_q",
        says="rule 1",
    ),
    Mutant(
        "a register offers only when its sink is ready",
        REGISTER,
        "litho_stream_register.sv",
        "out_valid_o = valid_q;",
        "out_valid_o = valid_q && out_ready_i;",
        says="rule 2",
    ),
    Mutant(
        "a register keeps its beat through a reset",
        REGISTER,
        "litho_stream_register.sv",
        "if (!rst_ni) valid_q <= 1'b0;\n    else if",
        "if",
        check_reset,
        says="rule 4",
    ),
    Mutant(
        "a register's valid is unknown after a reset",
        REGISTER,
        "litho_stream_register.sv",
        "valid_q <= 1'b0",
        "valid_q <= valid_q",
        check_second_simulator,
    ),
    Mutant(
        "a register offers a beat again that was taken",
        REGISTER,
        "litho_stream_register.sv",
        "!valid_q || out_ready_i",
        "!valid_q",
        says="one more",
    ),
    Mutant(
        "a stall takes back a beat that it has offered",
        STALL,
        "litho_stream_stall.sv",
        "shown_q <= out_valid_o && !out_ready_i",
        "shown_q <= 1'b0",
        says="rule 1",
    ),
    Mutant(
        "a stall lets a beat in that it does not let out",
        STALL,
        "litho_stream_stall.sv",
        "in_ready_o = out_ready_i && is_open",
        "in_ready_o = out_ready_i",
    ),
    Mutant(
        "a stall does not stop the stream",
        STALL,
        "litho_stream_stall.sv",
        "is_open = shown_q || !stall_i",
        "is_open = 1'b1",
        check_timing,
    ),
    Mutant(
        "a buffer takes a beat while it is full",
        "rtl-fifo_3",
        "litho_stream_fifo.sv",
        "in_ready_o = count_q != CountBits'(Depth)",
        "in_ready_o = 1'b1",
    ),
    Mutant(
        "a buffer of two takes a third beat",
        "rtl-fifo_2",
        "litho_stream_fifo.sv",
        "in_ready_o = !is_waiting_q",
        "in_ready_o = 1'b1",
    ),
    Mutant(
        "a buffer of two loses the beat that waits",
        "rtl-fifo_2",
        "litho_stream_fifo.sv",
        "is_waiting_q ? waits_q : in_data_i",
        "in_data_i",
    ),
    Mutant(
        "a buffer of two takes a beat and does not say so",
        "rtl-fifo_2",
        "litho_stream_fifo.sv",
        "in_ready_o = !is_waiting_q",
        "in_ready_o = !valid_q",
    ),
    Mutant(
        "a result that waits is overwritten",
        LINEAR,
        "litho_dot_stream.sv",
        "sum_ready = result_ready || !sum_last",
        "sum_ready = 1'b1",
    ),
    Mutant(
        "a buffer of three holds one",
        "rtl-fifo_3",
        "litho_stream_fifo.sv",
        "count_q != CountBits'(Depth)",
        "count_q != CountBits'(Depth - 2)",
        check_timing,
        says="schedule",
    ),
    Mutant(
        "a deep buffer reads before anything is written",
        "rtl-fifo_65",
        "litho_stream_fifo.sv",
        "count_q != CountBits'(valid_q)",
        "count_q != '0",
    ),
    Mutant(
        "a write pointer goes on past the end",
        "rtl-fifo_3",
        "litho_stream_fifo.sv",
        "write_q == AddressBits'(Depth - 1) ? '0 : write_q",
        "write_q",
    ),
    Mutant(
        "a fork sends a beat twice",
        "rtl-fork_8b",
        "litho_stream_fork.sv",
        "a_valid_o = in_valid_i && !a_done_q",
        "a_valid_o = in_valid_i",
    ),
    Mutant(
        "a fork's output waits for the other's sink",
        "rtl-fork_8b",
        "litho_stream_fork.sv",
        "a_valid_o = in_valid_i &&",
        "a_valid_o = in_valid_i && (b_ready_i || b_done_q) &&",
    ),
    Mutant(
        "a join offers before its second input is there",
        "rtl-join_6b_6b",
        "litho_stream_join.sv",
        "out_valid_o = a_valid_i && b_valid_i",
        "out_valid_o = a_valid_i",
    ),
    Mutant(
        "a join drops a beat whose partner is late",
        "rtl-join_6b_6b",
        "litho_stream_join.sv",
        "a_ready_o = out_ready_i && b_valid_i",
        "a_ready_o = out_ready_i",
    ),
    Mutant(
        "a width change sends beats of padding alone",
        "rtl-width_5b_4to2_of10x1",
        "litho_stream_width.sv",
        " || place_q == RowBits'(RowParts - 1)",
        "",
    ),
    Mutant(
        "a width change puts the first part where the second belongs",
        "rtl-width_5b_2to6_of13x1",
        "litho_stream_width.sv",
        "if (step && part_q == PartBits'(i))",
        "if (step && part_q != PartBits'(i))",
    ),
    Mutant(
        "a row is read before its beat is written",
        "rtl-repeat_1of5x2_3times",
        "litho_row_repeat.sv",
        "count_q > CountBits'(beat_q)",
        "count_q != '0",
        check_schedule,
    ),
    Mutant(
        "a row is given up in its first repeat",
        "rtl-repeat_1of5x2_3times",
        "litho_row_repeat.sv",
        "pop = fetch && is_last_repeat",
        "pop = fetch && repeat_q == '0",
    ),
    Mutant(
        "a row is repeated once too often",
        "rtl-repeat_1of5x2_3times",
        "litho_row_repeat.sv",
        "RepeatBits'(Repeats - 1)",
        "RepeatBits'(Repeats)",
    ),
    Mutant(
        "a matrix is read before its last beat is there",
        "rtl-double_buffer_transposed",
        "litho_double_buffer.sv",
        "assign fetch = full_q != '0",
        "assign fetch = (full_q != '0 || (is_half_end && full_q == '0))",
    ),
    Mutant(
        "a matrix is written over before it is read to the end",
        "rtl-double_buffer_side_by_side",
        "litho_double_buffer.sv",
        "in_ready_o = full_q != 2'd2",
        "in_ready_o = 1'b1",
    ),
    Mutant(
        "a part without a row keeps what was there at power-up",
        "rtl-double_buffer_side_by_side",
        "litho_double_buffer.sv",
        "assign is_written = part_q == PartBits'(p) || part_q == '0;",
        "assign is_written = part_q == PartBits'(p);",
        check_second_simulator,
    ),
    Mutant(
        "a banked matrix is read before it is whole",
        "rtl-banked_buffer_many_out",
        "litho_banked_buffer.sv",
        "assign place_ready_o = full_q != '0",
        "assign place_ready_o = (full_q != '0 || write_q != '0)",
    ),
    Mutant(
        "a banked matrix is written over before it is read to the end",
        "rtl-banked_buffer_many_out",
        "litho_banked_buffer.sv",
        "in_ready_o = full_q != 2'd2",
        "in_ready_o = 1'b1",
    ),
    Mutant(
        "a bank takes every word, wanted or not",
        "rtl-banked_buffer_few_out",
        "litho_banked_buffer.sv",
        "if (push && code[CodeBits-1])",
        "if (push)",
    ),
    Mutant(
        "all banks are read at the place of the first",
        "rtl-banked_buffer_few_out",
        "litho_banked_buffer.sv",
        "place_data_i[b*PlaceBits +: PlaceBits]",
        "place_data_i[0 +: PlaceBits]",
    ),
    Mutant(
        "a place waits for nothing, not even for its word to be taken",
        "rtl-banked_buffer_many_out",
        "litho_banked_buffer.sv",
        "(!valid_q || out_ready_i);\n  assign fetch",
        "1'b1;\n  assign fetch",
        says="rule 1",
    ),
    Mutant(
        "the outer loop begins where the middle one ended",
        "rtl-double_buffer_side_by_side",
        "litho_double_buffer.sv",
        "OuterStep - MiddleSpan",
        "OuterStep",
    ),
    Mutant(
        "the greatest code of a row counts in the next one",
        "rtl-fold_max_6b_1x7",
        "litho_row_fold.sv",
        "is_first || term > acc_q",
        "term > acc_q",
    ),
    Mutant(
        "a row goes on with the fact of the row before",
        "rtl-pair_7b_5b_of4",
        "litho_row_pair.sv",
        ".Repeats(Beats)",
        ".Repeats(Beats + 1)",
    ),
    Mutant(
        "a division forgets its rest",
        "rtl-reciprocal_half_even_10b_12_6",
        "litho_reciprocal.sv",
        "rest_q != '0}",
        "1'b0}",
    ),
    Mutant(
        "a division stops a bit too early",
        "rtl-reciprocal_half_even_10b_12_6",
        "litho_reciprocal.sv",
        "left_q <= StepBits'(Steps);",
        "left_q <= StepBits'(Steps - 1);",
        check_timing,
        says="schedule",
    ),
    Mutant(
        "a root forgets its rest",
        "rtl-rsqrt_half_even_10b_12_6",
        "litho_rsqrt.sv",
        "rest_q != '0}",
        "1'b0}",
    ),
    Mutant(
        "the memory gives the word beside the one asked for",
        "rtl-rom_7b_5",
        "litho_rom.sv",
        "mem[addr_i]",
        "mem[addr_i ^ 1]",
    ),
    Mutant(
        "the sign is taken from the bit below it",
        "relu-8b_4of10",
        "litho_relu.sv",
        "in_data_i[i*Bits + Bits - 1]",
        "in_data_i[i*Bits + Bits - 2]",
    ),
    Mutant(
        "the accumulator starts at the last sum",
        LINEAR,
        "litho_dot_stream.sv",
        "base = first_q ? start_i[o*OutBits +: OutBits] :",
        "base =",
    ),
    Mutant(
        "the weights go on while the codes wait",
        LINEAR,
        "litho_linear_core.sv",
        "else if (step) word_q",
        "else if (row_valid) word_q",
    ),
    Mutant(
        "a beat of zeros adds the last sum again",
        HOLDS,
        "litho_dot_stream.sv",
        ".in_data_i({product_last, product_hold})",
        ".in_data_i({product_last, 1'b0})",
    ),
    Mutant(
        "a row that begins with zeros keeps the last result",
        HOLDS,
        "litho_dot_stream.sv",
        "sum_hold ? base : base + OutBits'(sum)",
        "base + OutBits'(sum)",
    ),
    Mutant(
        "the operands go on while their product waits",
        LINEAR,
        "litho_dot_stream.sv",
        "if (in_valid_i && in_ready_o && !in_hold_i) {word_q, code_q}",
        "if (in_valid_i && !in_hold_i) {word_q, code_q}",
    ),
    Mutant(
        "operands that are held are multiplied again",
        HOLDS,
        "litho_dot_stream.sv",
        ".in_data_i({operand_last, operand_hold})",
        ".in_data_i({operand_last, 1'b0})",
    ),
    Mutant(
        "a beat is held when its last lane is zero",
        HOLDS,
        "litho_linear_core.sv",
        "HoldZeros && row_data == '0",
        "HoldZeros && row_data[InBits*InLanes-1 -: InBits] == '0",
    ),
    Mutant(
        "a beat is skipped when its first lane is zero",
        SKIPS,
        "litho_row_skip.sv",
        "in_data_i != '0)",
        "in_data_i[0] != '0)",
    ),
    Mutant(
        "a row that ends with zeros has no end",
        SKIPS,
        "litho_row_skip.sv",
        "(is_final || in_data_i != '0)",
        "(in_data_i != '0)",
    ),
    Mutant(
        "a beat of zeros is skipped but for its cycle",
        SKIPS,
        "litho_row_skip.sv",
        "(is_final || in_data_i != '0)",
        "1'b1",
        check_timing,
        "must offer beat",
    ),
    Mutant(
        "a row begins where the one before did",
        SKIPS,
        "litho_row_skip.sv",
        "else if (fetch && is_row_end && is_last_repeat) start_q",
        "else if (fetch && is_row_end && is_last_repeat && start_q != '0) start_q",
    ),
    Mutant(
        "a beat that is skipped takes the place of the next",
        SKIPS,
        "litho_row_skip.sv",
        "else if (take) place_q",
        "else if (push) place_q",
    ),
    Mutant(
        "the memory of rows takes words when it is full",
        SKIPS,
        "litho_row_skip.sv",
        "in_ready_o = count_q != CountBits'(Depth)",
        "in_ready_o = 1'b1",
    ),
    Mutant(
        "the word of weights does not follow the place",
        SKIPS,
        "litho_linear_core.sv",
        "base_q + WordBits'(place)",
        "base_q",
    ),
    Mutant(
        "the weights of two output lanes are swapped",
        LINEAR,
        "litho_dot_stream.sv",
        "word_q[o*BBits*InLanes",
        "word_q[(OutLanes-1-o)*BBits*InLanes",
    ),
    Mutant(
        "the bias is that of the group before",
        LINEAR,
        "litho_linear_core.sv",
        "else if (is_next || !is_read_q) begin",
        "else if (is_next) begin",
    ),
    Mutant(
        "the sum of a beat loses its highest bit",
        LINEAR,
        "litho_dot_stream.sv",
        "ProductBits + $clog2(InLanes)",
        "ProductBits + $clog2(InLanes) - 3",
    ),
    Mutant(
        "an input is taken while weights are loaded",
        LOADED,
        "litho_loaded_linear.sv",
        "core_ready && load_full_o",
        "core_ready",
    ),
    Mutant(
        "a memory takes the words of the one before it",
        LOADED,
        "litho_loaded_ram.sv",
        "load_valid_i && load_start_i && !full_q",
        "load_valid_i && !full_q",
    ),
    Mutant(
        "a memory goes on after it is full",
        "loaded_linear-12x8_int8_int8_3to4_1",  # 8 words: one more is the first again
        "litho_loaded_ram.sv",
        "load_valid_i && load_start_i && !full_q",
        "load_valid_i && load_start_i",
    ),
    Mutant(
        "every part of a word goes to the same bank",
        LOADED,
        "litho_loaded_ram.sv",
        "part_q == PartBits'(p)",
        "part_q == PartBits'(0)",
    ),
    Mutant(
        "a reset does not begin the loading anew",
        LOADED,
        "litho_loaded_ram.sv",
        "if (!rst_ni) full_q <= 1'b0;\n    else if (is_word && word_q == AddressBits'(Depth - 1))",
        "if (is_word && word_q == AddressBits'(Depth - 1))",
        check_reset,
    ),
    Mutant(
        "a reset keeps the place of the next word",
        LOADED,
        "litho_loaded_ram.sv",
        "if (!rst_ni) word_q <= '0;\n    else if",
        "if",
        check_reset,
    ),
    Mutant(
        "loading is over when the weights are there, without the biases",
        LOADED,
        "litho_loaded_linear.sv",
        ".load_start_i(weights_full),\n      .load_full_o(load_full_o)",
        ".load_start_i(1'b1),\n      .load_full_o(load_full_o)",
    ),
    Mutant(
        "a strip goes on with the sums of the one before",
        SPARSE,
        "litho_sparse_linear.sv",
        "base = is_first ? '0 : acc_q",
        "base = acc_q",
    ),
    Mutant(
        "the strips of a beat come in the order of the lists",
        SPARSE,
        "litho_sparse_linear.sv",
        "32'(owner)*StripBits",
        "l*StripBits",
    ),
    Mutant(
        "a strip without blocks has what lies in its slot",
        "sparse_linear-8x6_2x2_0_2to4_1",
        "litho_sparse_linear.sv",
        "owner == OrderBits'(Lists) ? '0 : found[32'(owner)*StripBits +: StripBits]",
        "found[0 +: StripBits]",
        check_second_simulator,
    ),
    Mutant(
        "the steps go on while the row is not there",
        SPARSE,
        "litho_sparse_linear.sv",
        "assign is_next = is_loaded_q && place_ready;",
        "assign is_next = is_loaded_q;",
    ),
    Mutant(
        "a step takes the first part of a beat",
        SPARSE,
        "litho_sparse_linear.sv",
        "32'(part_q)*PartWidth",
        "32'(part_q & '0)*PartWidth",
    ),
    Mutant(
        "the codes of b meet those of a by the other order of lanes",
        MATMUL,
        "litho_matmul.sv",
        "o*InLanes + i : i*OutLanes + o",
        "o*InLanes + i : o*InLanes + i",
    ),
    Mutant(
        "the padding of a row of b counts",
        "matmul-transposed_3x7_5x7",
        "litho_matmul.sv",
        "is_row_end ? '0 :",
        "1'b0 ? '0 :",
    ),
    Mutant(
        "each group of columns gets the words of the first",
        MATMUL,
        "litho_matmul.sv",
        ".MiddleStep(Transposed ? Beats : 1)",
        ".MiddleStep(Transposed ? Beats : 0)",
    ),
    Mutant(
        "the second group is read as if it were as long as the first",
        "reorder-5x2x3_102_2to2",
        "litho_reorder.sv",
        ".MiddleStep(Second * Inner)",
        ".MiddleStep(First * Inner)",
    ),
    Mutant(
        "a beat more than the run is kept",
        "select-3x4x5_axis1_2from1",
        "litho_select.sv",
        "place_q < PlaceBits'(Kept)",
        "place_q <= PlaceBits'(Kept)",
    ),
    Mutant(
        "the first period after a reset begins with what is kept",
        "select-3x4x5_axis1_2from1",
        "litho_select.sv",
        "place_q <= PlaceBits'(Start)",
        "place_q <= '0",
    ),
    Mutant(
        "the multipliers go out of step with the lanes",
        "requantize-last_axis",
        "litho_requantize.sv",
        "word_q == WordBits'(Words - 1)",
        "word_q == WordBits'(Words - 2)",
    ),
    Mutant(
        "the inputs are aligned to the wrong grid",
        "add-finer",
        "litho_add.sv",
        "<<< LeftB",
        "<<< LeftA",
    ),
    Mutant(
        "the table is read again while its entry waits",
        "unary-sigmoid_fixed8f4_ufixed8f7_2of8",
        "litho_unary.sv",
        ".en_i(in_valid_i && in_ready_o)",
        ".en_i(1'b1)",
        says="rule 1",
    ),
    Mutant(
        "rows are put together by the length of the input row",
        "reshape-3x6_to_18_6to9",
        "litho_reshape.sv",
        ".Row(OutRow)",
        ".Row(InRow)",
    ),
    Mutant(
        "the slope is drawn anew in each cycle in which a beat waits",
        "rrelu-every",
        "litho_rrelu.sv",
        "in_valid_i && in_ready_o",
        "in_valid_i",
    ),
    Mutant(
        "the register of slopes goes on after a reset as if there were none",
        "rrelu-every",
        "litho_rrelu.sv",
        "if (!rst_ni) state_q <= 8'(Seed);",
        "if (!rst_ni && state_q == 8'd0) state_q <= 8'(Seed);",
        check_reset,
    ),
    Mutant(
        "a tap of the register is one too low",
        "rrelu-by_hand",
        "litho_rrelu.sv",
        "8'(Polynomial >> 1)",
        "8'(Polynomial >> 2)",
    ),
    Mutant(
        "a code below zero is shifted as those from zero on are",
        "leaky_relu-power_of_two",
        "litho_leaky_relu.sv",
        "code[InBits-1] ?",
        "1'b0 ?",
    ),
    Mutant(
        "a code that does not count is the greatest",
        "softmax-masked",
        "litho_softmax_rows.sv",
        "seen_data[i*MarkedBits + InBits]\n",
        "1'b1\n",
    ),
    Mutant(
        "a difference behind the table has the greatest exponential",
        "softmax-plain",
        "litho_softmax_rows.sv",
        ": AddressBits'(Entries - 1);",
        ": '0;",
    ),
    Mutant(
        "the beats of a row are too many for the buffer before the reciprocal",
        "softmax-plain",
        "litho_softmax_rows.sv",
        ".Depth(EntryDepth)",
        ".Depth(EntryDepth - 2)",
        check_timing,
    ),
    Mutant(
        "the padding of a row is in its sum",
        "layer_norm-padded",
        "litho_norm.sv",
        "32'(beat_q) * Lanes + i < Row ?",
        "1'b1 ?",
    ),
    Mutant(
        "the mean is left in",
        "layer_norm-plain",
        "litho_norm.sv",
        ".in_data_i(summed_data[FirstBits-1:0])",
        ".in_data_i('0)",
    ),
    Mutant(
        "a summand goes ahead of its product",
        "layer_norm-plain",
        "litho_norm_affine.sv",
        "{operand_betas, products}",
        "{betas, products}",
    ),
)


@cache
def _cases() -> dict[str, Case]:
    return {subject.name: subject.case for subject in find_subjects()}


def _plant(monkeypatch: pytest.MonkeyPatch, change: Callable[[DesignFolder], None]) -> None:
    def write_changed(directory: Path, design: Design) -> DesignFolder:
        folder = write_design(directory, design)
        change(folder)
        return folder

    monkeypatch.setattr(checks, "write_design", write_changed)


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_a_planted_fault_is_caught(
    mutant: Mutant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(folder: DesignFolder) -> None:
        path = folder.path / "rtl" / mutant.file
        text = path.read_text()
        assert mutant.old in text, f"{mutant.file} has changed: plant this fault anew"
        path.write_text(text.replace(mutant.old, mutant.new))

    _plant(monkeypatch, change)
    with pytest.raises(MismatchError, match=mutant.says):
        mutant.check(_cases()[mutant.subject], tmp_path)


@pytest.mark.parametrize(
    "subject",
    [
        LINEAR,
        "sparse_linear-20x8_4x4_5_2to12_2",
        "unary-sigmoid_fixed8f4_ufixed8f7_2of8",
        "requantize-last_axis",
        "add-last_axis",
        "rtl-rom_9b_700",
    ],
)
def test_a_wrong_bit_in_each_memory_is_caught(
    subject: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = _cases()[subject]
    for number, memory in enumerate(case.block.memories):

        def change(folder: DesignFolder, name: str = memory.file_name) -> None:
            path = folder.path / name
            lines = path.read_text().splitlines()
            lines[0] = f"{lines[0][:-1]}{int(lines[0][-1], 16) ^ 1:x}"
            path.write_text("\n".join(lines) + "\n")

        _plant(monkeypatch, change)
        with pytest.raises(MismatchError):
            check_equality(case, tmp_path / str(number))


def test_padding_that_is_not_ignored_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last weight word of a row has zeros where the input is padded; none may be other."""
    case = _cases()[LINEAR]
    weights = case.block.memories[0].file_name

    def change(folder: DesignFolder) -> None:
        path = folder.path / weights
        lines = path.read_text().splitlines()
        width, lane = case.block.memories[0].width, 6 * 3  # the fourth of four lanes of 6 bits
        lines[2] = f"{int(lines[2], 16) | 1 << lane:0{-(-width // 4)}x}"
        path.write_text("\n".join(lines) + "\n")

    _plant(monkeypatch, change)
    with pytest.raises(MismatchError):
        check_equality(case, tmp_path)
