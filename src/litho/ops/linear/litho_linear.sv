// Matrix product of each row with weights from a memory, plus a bias.
//
// What it computes: out[o] = sum over i of in[i] * weight[o][i] + bias[o], exact.
// Reference: litho.ops.linear.reference.evaluate
//
// The product is litho_linear_core, HoldZeros and SkipZeros included; here are its weights and
// biases, in read-only memories.
// Interval Groups * Beats cycles a row, fewer with SkipZeros. Behind the row repeat lie 4 stages (3
// for InLanes 1), and the result of a group leaves when its last beat has passed them.
`default_nettype none
module litho_linear #(
  parameter int InBits       = 8,   // bits of an input code
  parameter bit InSigned     = 1,   // whether input codes are signed
  parameter int WeightBits   = 8,   // bits of a weight
  parameter bit WeightSigned = 1,   // whether weights are signed
  parameter int BiasBits     = 8,   // bits of a bias, signed; 0: there is none
  parameter int OutBits      = 20,  // bits of a result, signed
  parameter int InLanes      = 1,   // codes in an input beat
  parameter int OutLanes     = 1,   // results in an output beat
  parameter int Beats        = 4,   // input beats in a row
  parameter int Groups       = 2,   // output beats in a row
  parameter bit HoldZeros    = 0,   // whether operands are held for a beat of zeros
  parameter bit SkipZeros    = 0,   // whether beats of zeros are skipped
  parameter     WeightFile   = "",  // Groups * Beats words of OutLanes * InLanes weights
  parameter     BiasFile     = ""   // Groups words of OutLanes biases
) (
  input  wire logic                        clk_i,
  input  wire logic                        rst_ni,
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

  logic                    weight_en, bias_en;
  logic [WordBits-1:0]     weight_addr;
  logic [GroupBits-1:0]    bias_addr;
  logic [WeightsWidth-1:0] weight_data;
  logic [BiasWidth-1:0]    bias_data;

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
    .Groups(Groups),
    .HoldZeros(HoldZeros),
    .SkipZeros(SkipZeros)
  ) u_core (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .in_data_i(in_data_i),
    .in_valid_i(in_valid_i),
    .in_ready_o(in_ready_o),
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

  litho_rom #(
    .Width(WeightsWidth),
    .Depth(Words),
    .MemFile(WeightFile)
  ) u_weights (
    .clk_i(clk_i),
    .en_i(weight_en),
    .addr_i(weight_addr),
    .data_o(weight_data)
  );

  if (BiasBits == 0) begin : gen_no_bias
    logic unused;
    assign unused = ^{bias_en, bias_addr};
    assign bias_data = '0;
  end else begin : gen_bias
    litho_rom #(
      .Width(BiasWidth),
      .Depth(Groups),
      .MemFile(BiasFile)
    ) u_biases (
      .clk_i(clk_i),
      .en_i(bias_en),
      .addr_i(bias_addr),
      .data_o(bias_data)
    );
  end
endmodule
`default_nettype wire
