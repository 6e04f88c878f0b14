// chain: 2 modules, written by litho.
`default_nettype none
module chain (
  input  wire logic clk_i,
  input  wire logic rst_ni,
  input  wire logic [15:0] x_data_i,
  input  wire logic x_valid_i,
  output wire logic x_ready_o,
  output wire logic [15:0] y_data_o,
  output wire logic y_valid_o,
  input  wire logic y_ready_i
);
  logic [15:0] source_data;
  logic source_valid, source_ready;
  logic [15:0] between_data;
  logic between_valid, between_ready;
  logic [15:0] sink_data;
  logic sink_valid, sink_ready;
  litho_stream_register #(
    .Width(16)
  ) u_first (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(source_data),
    .in_valid_i(source_valid),
    .in_ready_o(source_ready),
    .out_data_o(between_data),
    .out_valid_o(between_valid),
    .out_ready_i(between_ready)
  );
  litho_stream_register #(
    .Width(16)
  ) u_second (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(between_data),
    .in_valid_i(between_valid),
    .in_ready_o(between_ready),
    .out_data_o(sink_data),
    .out_valid_o(sink_valid),
    .out_ready_i(sink_ready)
  );
  assign source_data = x_data_i;
  assign source_valid = x_valid_i;
  assign x_ready_o = source_ready;
  assign y_data_o = sink_data;
  assign y_valid_o = sink_valid;
  assign sink_ready = y_ready_i;
endmodule
`default_nettype wire
