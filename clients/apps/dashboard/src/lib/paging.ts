/** Lists of the hub come in pages, newest first; here a list is one page that grows backwards. */

export interface Paged<Item> {
  items: Item[];
  next_cursor: string | null;
}

export type Load<Item> = (cursor: string | null) => Promise<Paged<Item>>;

/** Put an older page behind what is kept. */
export function withOlder<Item extends { id: string }>(kept: Paged<Item>, older: Paged<Item>): Paged<Item> {
  const known = new Set(kept.items.map((each) => each.id));
  return { items: [...kept.items, ...older.items.filter((each) => !known.has(each.id))], next_cursor: older.next_cursor };
}

/** Load anew what was kept, as far back as it was loaded before. */
export async function loadAgain<Item extends { id: string }>(held: number, load: Load<Item>): Promise<Paged<Item>> {
  let page = await load(null);
  while (page.next_cursor && page.items.length < held) page = withOlder(page, await load(page.next_cursor));
  return page;
}
