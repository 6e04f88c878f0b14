// Select: a run of beats out of every Period; the others are dropped.
//
// What it computes: beats First to First + Kept - 1 of every Period beats, as they are.
// Reference: litho.ops.select.reference.evaluate
// Latency First + 1, one beat a cycle. A beat that is dropped is taken at once, whether or not the
// sink is ready. The counter stands at 0 in the first beat that is kept, so that one comparison
// says which are.
//
//   in ---> kept ? --->[ register ]---> out
//   place_q ---^
`default_nettype none
module litho_select #(
  parameter int Width  = 8,  // bits of a beat
  parameter int Period = 3,  // beats after which the pattern repeats
  parameter int First  = 0,  // beats of a period before those that are kept
  parameter int Kept   = 1   // beats of a period that are kept, fewer than Period
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  input  wire logic [Width-1:0] in_data_i,
  input  wire logic             in_valid_i,
  output wire logic             in_ready_o,
  output wire logic [Width-1:0] out_data_o,
  output wire logic             out_valid_o,
  input  wire logic             out_ready_i
);
  localparam int PlaceBits = $clog2(Period);
  localparam int Start = First > 0 ? Period - First : 0;  // place of the first beat after reset

  if (Kept < 1 || First + Kept > Period || Kept == Period) begin : gen_check
    initial $fatal(1, "litho_select: a part of %0d beats must be kept, not %0d from %0d on",
                   Period, Kept, First);
  end

  logic [PlaceBits-1:0] place_q;
  logic                 is_kept, kept_ready;

  assign is_kept = place_q < PlaceBits'(Kept);
  assign in_ready_o = kept_ready || !is_kept;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) place_q <= PlaceBits'(Start);
    else if (in_valid_i && in_ready_o) begin
      place_q <= place_q == PlaceBits'(Period - 1) ? '0 : place_q + PlaceBits'(1);
    end
  end

  litho_stream_register #(
    .Width(Width)
  ) u_register (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(in_data_i),
    .in_valid_i(in_valid_i && is_kept),
    .in_ready_o(kept_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
