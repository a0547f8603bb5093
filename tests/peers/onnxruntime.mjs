// ONNX Runtime as a peer: runs a network once for each line on standard input and tells how long it
// took.
//
//     node onnxruntime.mjs FOLDER-OF-node_modules NETWORK.onnx PICTURE.f32 C,H,W THREADS LOGITS.f32
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [folder, network, picture, shape, threads, answer] = process.argv.slice(2);
const ort = createRequire(folder + "/")("onnxruntime-node");
const session = await ort.InferenceSession.create(network, {
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
});
const bytes = readFileSync(picture);
const floats = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
const input = { picture: new ort.Tensor("float32", floats, [1, ...shape.split(",").map(Number)]) };
const first = await session.run(input);
writeFileSync(answer, Buffer.from(first.logits.data.buffer, first.logits.data.byteOffset,
                                  first.logits.data.byteLength));
console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
    const start = process.hrtime.bigint();
    await session.run(input);
    console.log(Number(process.hrtime.bigint() - start) / 1e6, line);
}
