// Fork: gives each beat to two streams.
//
// What it computes: a = in, b = in.
// Reference: litho.rtl.stream.fork.fork
// Latency 0, one beat a cycle. Each output takes the beat when it can: `a_done_q` and `b_done_q`
// say which has, so that neither `valid` waits for the other's `ready`.
`default_nettype none
module litho_stream_fork #(
  parameter int Width = 8  // bits of a beat
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  input  wire logic [Width-1:0] in_data_i,
  input  wire logic             in_valid_i,
  output wire logic             in_ready_o,
  output wire logic [Width-1:0] a_data_o,
  output wire logic             a_valid_o,
  input  wire logic             a_ready_i,
  output wire logic [Width-1:0] b_data_o,
  output wire logic             b_valid_o,
  input  wire logic             b_ready_i
);
  logic a_done_q, b_done_q;

  assign a_data_o = in_data_i;
  assign b_data_o = in_data_i;
  assign a_valid_o = in_valid_i && !a_done_q;
  assign b_valid_o = in_valid_i && !b_done_q;
  assign in_ready_o = (a_done_q || a_ready_i) && (b_done_q || b_ready_i);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      a_done_q <= 1'b0;
      b_done_q <= 1'b0;
    end else if (in_valid_i) begin
      a_done_q <= !in_ready_o && (a_done_q || a_ready_i);
      b_done_q <= !in_ready_o && (b_done_q || b_ready_i);
    end
  end
endmodule
`default_nettype wire
