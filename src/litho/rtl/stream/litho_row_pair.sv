// Row pair: puts what is known of a whole row beside each of its beats.
//
// What it computes: out = {fact, in}, with the one fact of a row for each of its Beats beats.
// Reference: litho.rtl.stream.row_pair.row_pair
// Up to Depth beats wait for their fact. Latency that of a litho_stream_fifo of Depth beats, and of
// the fact 2 (1 for Beats 1); one beat a cycle. Two facts lie in a buffer, so that what finds them
// and what takes their beats do not wait for each other in the same cycle.
//
//   in   --->[ fifo ]---------------------.
//   fact --->[ fifo (2) ]->[ repeated ]-> join ---> out
`default_nettype none
module litho_row_pair #(
  parameter int Width     = 8,  // bits of a beat
  parameter int FactWidth = 8,  // bits of a fact
  parameter int Beats     = 2,  // beats in a row
  parameter int Depth     = 4   // beats that can wait
) (
  input  wire logic                       clk_i,
  input  wire logic                       rst_ni,
  input  wire logic [Width-1:0]           in_data_i,
  input  wire logic                       in_valid_i,
  output wire logic                       in_ready_o,
  input  wire logic [FactWidth-1:0]       fact_data_i,
  input  wire logic                       fact_valid_i,
  output wire logic                       fact_ready_o,
  output wire logic [FactWidth+Width-1:0] out_data_o,
  output wire logic                       out_valid_o,
  input  wire logic                       out_ready_i
);
  logic [Width-1:0]     held_data;
  logic [FactWidth-1:0] known_data, each_data;
  logic                 held_valid, held_ready, known_valid, known_ready, each_valid, each_ready;

  litho_stream_fifo #(
    .Width(Width),
    .Depth(Depth)
  ) u_fifo (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(in_data_i),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
    .out_data_o(held_data),
    .out_valid_o(held_valid),
    .out_ready_i(held_ready)
  );
  litho_stream_fifo #(
    .Width(FactWidth),
    .Depth(2)
  ) u_known (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(fact_data_i),
    .in_valid_i(fact_valid_i),
    .in_ready_o(fact_ready_o),
    .out_data_o(known_data),
    .out_valid_o(known_valid),
    .out_ready_i(known_ready)
  );
  litho_row_repeat #(
    .Width(FactWidth),
    .Beats(1),
    .Repeats(Beats)
  ) u_facts (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(known_data),
    .in_valid_i(known_valid),
    .in_ready_o(known_ready),
    .out_data_o(each_data),
    .out_valid_o(each_valid),
    .out_ready_i(each_ready)
  );
  litho_stream_join #(
    .WidthA(Width),
    .WidthB(FactWidth)
  ) u_join (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .a_data_i(held_data),
    .a_valid_i(held_valid),
    .a_ready_o(held_ready),
    .b_data_i(each_data),
    .b_valid_i(each_valid),
    .b_ready_o(each_ready),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );
endmodule
`default_nettype wire
