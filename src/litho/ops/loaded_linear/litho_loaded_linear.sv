// Matrix product of each row with weights that a stream brings after reset, plus a bias.
//
// What it computes: out[o] = sum over i of in[i] * weight[o][i] + bias[o], exact.
// Reference: litho.ops.loaded_linear.reference.evaluate
//
// The product is litho_linear_core; here are its memories, which litho_loaded_ram fills: first the
// weights, then the biases. Until the last of them is full the core is held in reset, and no input
// is taken. So it begins, in the cycle in which load_full_o rises, exactly as after a reset.
// Interval Groups * Beats cycles a row, and latency, are those of litho_linear from then on.
//
//   load -> [ weights ] -> [ biases ]
//                 |             |
//   in -> [       litho_linear_core      ] -> out
`default_nettype none
module litho_loaded_linear #(
  parameter int LoadBits     = 32,  // bits of a beat of the stream that brings the weights
  parameter int InBits       = 8,   // bits of an input code
  parameter bit InSigned     = 1,   // whether input codes are signed
  parameter int WeightBits   = 8,   // bits of a weight
  parameter bit WeightSigned = 1,   // whether weights are signed
  parameter int BiasBits     = 8,   // bits of a bias, signed; 0: there is none
  parameter int OutBits      = 20,  // bits of a result, signed
  parameter int InLanes      = 1,   // codes in an input beat
  parameter int OutLanes     = 1,   // results in an output beat
  parameter int Beats        = 4,   // input beats in a row
  parameter int Groups       = 2    // output beats in a row
) (
  input  wire logic                        clk_i,
  input  wire logic                        rst_ni,
  input  wire logic [LoadBits-1:0]         load_data_i,
  input  wire logic                        load_valid_i,
  input  wire logic                        load_start_i,
  output wire logic                        load_full_o,
  input  wire logic [InBits*InLanes-1:0]   in_data_i,
  input  wire logic                        in_valid_i,
  output wire logic                        in_ready_o,
  output wire logic [OutBits*OutLanes-1:0] out_data_o,
  output wire logic                        out_valid_o,
  input  wire logic                        out_ready_i
);
  localparam int Words = Groups * Beats;
  localparam int WordBits = Words > 1 ? $clog2(Words) : 1;
  localparam int GroupBits = Groups > 1 ? $clog2(Groups) : 1;
  localparam int WeightsWidth = WeightBits * InLanes * OutLanes;
  localparam int BiasWidth = BiasBits > 0 ? BiasBits * OutLanes : 1;

  logic                    weight_en, bias_en, weights_full, core_reset_n, core_ready;
  logic [WordBits-1:0]     weight_addr;
  logic [GroupBits-1:0]    bias_addr;
  logic [WeightsWidth-1:0] weight_data;
  logic [BiasWidth-1:0]    bias_data;

  assign core_reset_n = rst_ni && load_full_o;
  assign in_ready_o = core_ready && load_full_o;

  litho_linear_core #(
    .InBits(InBits),
    .InSigned(InSigned),
    .WeightBits(WeightBits),
    .WeightSigned(WeightSigned),
    .BiasBits(BiasBits),
    .OutBits(OutBits),
    .InLanes(InLanes),
    .OutLanes(OutLanes),
    .Beats(Beats),
    .Groups(Groups)
  ) u_core (
    .clk_i(clk_i),
    .rst_ni(core_reset_n),
    .in_data_i(in_data_i),
    .in_valid_i(in_valid_i),
    .in_ready_o(core_ready),
    .weight_en_o(weight_en),
    .weight_addr_o(weight_addr),
    .weight_data_i(weight_data),
    .bias_en_o(bias_en),
    .bias_addr_o(bias_addr),
    .bias_data_i(bias_data),
    .out_data_o(out_data_o),
    .out_valid_o(out_valid_o),
    .out_ready_i(out_ready_i)
  );

  litho_loaded_ram #(
    .LoadBits(LoadBits),
    .Width(WeightsWidth),
    .Depth(Words)
  ) u_weights (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .load_data_i(load_data_i),
    .load_valid_i(load_valid_i),
    .load_start_i(load_start_i),
    .load_full_o(weights_full),
    .en_i(weight_en),
    .addr_i(weight_addr),
    .data_o(weight_data)
  );

  if (BiasBits == 0) begin : gen_no_bias
    logic unused;
    assign unused = ^{bias_en, bias_addr};
    assign bias_data = '0;
    assign load_full_o = weights_full;
  end else begin : gen_bias
    litho_loaded_ram #(
      .LoadBits(LoadBits),
      .Width(BiasWidth),
      .Depth(Groups)
    ) u_biases (
      .clk_i(clk_i),
      .rst_ni(rst_ni),
      .load_data_i(load_data_i),
      .load_valid_i(load_valid_i),
      .load_start_i(weights_full),
      .load_full_o(load_full_o),
      .en_i(bias_en),
      .addr_i(bias_addr),
      .data_o(bias_data)
    );
  end
endmodule
`default_nettype wire
