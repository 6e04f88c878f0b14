// Row fold: one number for each row, the sum of its codes or the greatest of them.
//
// What it computes: out = the sum of in over the beats and lanes of a row, modulo 2^OutBits; with
// IsMax the greatest of them.
// Reference: litho.rtl.stream.row_fold.row_fold
// Every lane of every beat counts: padding must hold 0, or for IsMax the least code.
// Latency Beats, and 1 more with several lanes; takes one beat a cycle. The register of the output
// is the accumulator: while a result waits, nothing is taken.
//
//   in -> tree --->[ folded ]---> + or max --->[ acc ]---> out
//                                     ^-----------'
`default_nettype none
module litho_row_fold #(
  parameter int InBits  = 8,  // bits of a signed code
  parameter int Lanes   = 1,  // codes in a beat
  parameter int Beats   = 2,  // beats in a row
  parameter int OutBits = 9,  // bits of the signed result; for IsMax those of a code
  parameter bit IsMax   = 0   // the greatest instead of the sum
) (
  input  wire logic                    clk_i,
  input  wire logic                    rst_ni,
  input  wire logic [InBits*Lanes-1:0] in_data_i,
  input  wire logic                    in_valid_i,
  output wire logic                    in_ready_o,
  output wire logic [OutBits-1:0]      out_data_o,
  output wire logic                    out_valid_o,
  input  wire logic                    out_ready_i
);
  localparam int NeededBits = IsMax ? InBits : InBits + $clog2(Lanes);
  localparam int TreeBits = NeededBits < OutBits ? NeededBits : OutBits;
  localparam int BeatBits = Beats > 1 ? $clog2(Beats) : 1;

  // One number for each beat.
  logic [TreeBits-1:0] tree, folded;
  logic                folded_valid, folded_ready;

  if (IsMax) begin : gen_max
    litho_max #(
      .Terms(Lanes),
      .Bits(InBits)
    ) u_max (
      .in_i(in_data_i),
      .out_o(tree)
    );
  end else begin : gen_sum
    litho_sum #(
      .Terms(Lanes),
      .InBits(InBits),
      .OutBits(TreeBits)
    ) u_sum (
      .in_i(in_data_i),
      .out_o(tree)
    );
  end

  if (Lanes == 1) begin : gen_one
    assign folded = tree;
    assign folded_valid = in_valid_i;
    assign in_ready_o = folded_ready;
  end else begin : gen_register
    litho_stream_register #(
      .Width(TreeBits)
    ) u_folded (
      .clk_i(clk_i),
      .rst_ni(rst_ni),
      .in_data_i(tree),
      .in_valid_i(in_valid_i),
      .in_ready_o(in_ready_o),
      .out_data_o(folded),
      .out_valid_o(folded_valid),
      .out_ready_i(folded_ready)
    );
  end

  // One number for each row.
  logic signed [OutBits-1:0] term, acc_q, total;
  logic [BeatBits-1:0]       beat_q;
  logic                      out_valid_q, is_first, is_last;

  assign term = OutBits'($signed(folded));
  assign is_first = beat_q == '0;
  assign is_last = beat_q == BeatBits'(Beats - 1);
  assign folded_ready = !out_valid_q || out_ready_i;
  assign out_data_o = acc_q;
  assign out_valid_o = out_valid_q;

  if (IsMax) begin : gen_greater
    assign total = is_first || term > acc_q ? term : acc_q;
  end else begin : gen_added
    assign total = is_first ? term : acc_q + term;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) beat_q <= '0;
    else if (folded_valid && folded_ready) beat_q <= is_last ? '0 : beat_q + BeatBits'(1);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) out_valid_q <= 1'b0;
    else if (folded_ready) out_valid_q <= folded_valid && is_last;
  end

  always_ff @(posedge clk_i) begin
    if (folded_valid && folded_ready) acc_q <= total;
  end
endmodule
`default_nettype wire
