import { blocksOf } from "../lib/prose";
import type { Block, Line } from "../lib/prose";

/** A text of the hub, word for word. */
export function Prose({ text }: { text: string }) {
  return (
    <div className="grid gap-3 text-sm">
      {blocksOf(text).map((block) => (
        <Part key={block.at} block={block} />
      ))}
    </div>
  );
}

function Part({ block: { kind, lines } }: { block: Block }) {
  if (kind === "list") {
    return (
      <ol className="grid list-decimal gap-2 pl-6">
        {lines.map((line) => (
          <li key={line.at}>
            <Words line={line} />
          </li>
        ))}
      </ol>
    );
  }
  const words = lines.map((line) => <Words key={line.at} line={line} />);
  return kind === "heading" ? <h3 className="font-semibold">{words}</h3> : <p>{words}</p>;
}

function Words({ line }: { line: Line }) {
  return line.pieces.map(({ at, text, strong }) => (strong ? <strong key={at}>{text}</strong> : text));
}
