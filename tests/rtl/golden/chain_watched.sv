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
  input  wire logic y_ready_i,
  input  wire logic [1:0] stall_i,
  output wire logic [15:0] tap_between_data_o,
  output wire logic tap_between_valid_o,
  output wire logic tap_between_ready_o,
  output wire logic [15:0] tap_sink_data_o,
  output wire logic tap_sink_valid_o,
  output wire logic tap_sink_ready_o
);
  logic [15:0] source_data;
  logic source_valid, source_ready;
  logic [15:0] source_held_data;
  logic source_held_valid, source_held_ready;
  logic [15:0] between_data;
  logic between_valid, between_ready;
  logic [15:0] between_held_data;
  logic between_held_valid, between_held_ready;
  logic [15:0] sink_data;
  logic sink_valid, sink_ready;
  litho_stream_register #(
    .Width(16)
  ) u_first (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(source_held_data),
    .in_valid_i(source_held_valid),
    .in_ready_o(source_held_ready),
    .out_data_o(between_data),
    .out_valid_o(between_valid),
    .out_ready_i(between_ready)
  );
  litho_stream_register #(
    .Width(16)
  ) u_second (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(between_held_data),
    .in_valid_i(between_held_valid),
    .in_ready_o(between_held_ready),
    .out_data_o(sink_data),
    .out_valid_o(sink_valid),
    .out_ready_i(sink_ready)
  );
  logic [1:0] stall_q;
  always_ff @(posedge clk_i) stall_q <= stall_i;
  litho_stream_stall #(.Width(16)) u_stall_between (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .stall_i(stall_q[0]),
    .in_data_i(between_data),
    .in_valid_i(between_valid),
    .in_ready_o(between_ready),
    .out_data_o(between_held_data),
    .out_valid_o(between_held_valid),
    .out_ready_i(between_held_ready)
  );
  litho_stream_stall #(.Width(16)) u_stall_source (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .stall_i(stall_q[1]),
    .in_data_i(source_data),
    .in_valid_i(source_valid),
    .in_ready_o(source_ready),
    .out_data_o(source_held_data),
    .out_valid_o(source_held_valid),
    .out_ready_i(source_held_ready)
  );
  assign source_data = x_data_i;
  assign source_valid = x_valid_i;
  assign x_ready_o = source_ready;
  assign y_data_o = sink_data;
  assign y_valid_o = sink_valid;
  assign sink_ready = y_ready_i;
  assign tap_between_data_o = between_held_data;
  assign tap_between_valid_o = between_held_valid;
  assign tap_between_ready_o = between_held_ready;
  assign tap_sink_data_o = sink_data;
  assign tap_sink_valid_o = sink_valid;
  assign tap_sink_ready_o = sink_ready;
endmodule
`default_nettype wire
