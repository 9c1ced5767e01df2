// A small broker: one hedging account, one symbol. Everything it holds is in the file broker.txt, written before it
// answers, so that it outlives a terminal that is killed. The market is what the file market.txt says.
#pragma once
#include <fstream>
#include "names.h"

struct ShimOrder {
  ulong ticket = 0, position = 0;
  int type = 0, state = ORDER_STATE_PLACED;
  long magic = 0, expires = 0, placed = 0;
  double volume = 0, price = 0, sl = 0, tp = 0;
  std::string comment;
};
struct ShimPosition {
  ulong ticket = 0;
  int type = 0;
  long magic = 0, opened = 0;
  double volume = 0, price = 0, sl = 0, tp = 0;
  std::string comment;
};
struct ShimDeal {
  ulong ticket = 0, position = 0;
  int type = 0, entry = 0, reason = 0;
  long at = 0;
  double volume = 0, price = 0, profit = 0;
  std::string comment;
};

class ShimBroker {
  std::string m_file = ShimPath("broker.txt");
  ulong m_last = 100;
  // The turn in which an order ended or a symbol was put in Market Watch.
  long m_turn = 0;
  std::map<ulong, long> m_ended;
  std::map<std::string, long> m_watched;

  template <class T> void Drop(std::vector<T> &items, ulong ticket) {
    items.erase(std::remove_if(items.begin(), items.end(), [&](const T &each) { return each.ticket == ticket; }), items.end());
  }

 public:
  double bid = 0, ask = 0, balance = 10000;
  // When it was last quoted, in seconds UTC; 0: in this moment.
  double ticked = 0;
  long connected = 1, algo = 1;
  std::vector<ShimOrder> orders, past;
  std::vector<ShimPosition> positions;
  std::vector<ShimDeal> deals;

  static ShimBroker &The() {
    static ShimBroker broker;
    return broker;
  }

  ShimBroker() {
    std::ifstream file(m_file);
    std::string kind;
    while (file >> kind) {
      ShimOrder o;
      ShimPosition p;
      ShimDeal d;
      if (kind == "account") file >> m_last >> balance;
      if (kind == "order" || kind == "past") {
        file >> o.ticket >> o.position >> o.type >> o.state >> o.magic >> o.expires >> o.placed >> o.volume >> o.price >> o.sl >> o.tp >> o.comment;
        (kind == "order" ? orders : past).push_back(o);
      }
      if (kind == "position") {
        file >> p.ticket >> p.type >> p.magic >> p.opened >> p.volume >> p.price >> p.sl >> p.tp >> p.comment;
        positions.push_back(p);
      }
      if (kind == "deal") {
        file >> d.ticket >> d.position >> d.type >> d.entry >> d.reason >> d.at >> d.volume >> d.price >> d.profit >> d.comment;
        deals.push_back(d);
      }
    }
    if (deals.empty()) {
      const char *since = std::getenv("SHIM_HISTORY_SECONDS");
      deals.push_back({++m_last, 0, DEAL_TYPE_BALANCE, 0, 0, TimeCurrent() - (since ? std::atol(since) : 864000), 0, 0, balance, "-"});
      Save();
    }
  }

  void Save() const {
    std::ofstream file(m_file + ".new");
    auto order = [&](const char *kind, const ShimOrder &o) {
      file << kind << ' ' << o.ticket << ' ' << o.position << ' ' << o.type << ' ' << o.state << ' ' << o.magic << ' ' << o.expires << ' '
           << o.placed << ' ' << o.volume << ' ' << o.price << ' ' << o.sl << ' ' << o.tp << ' ' << o.comment << '\n';
    };
    file.precision(15);
    file << "account " << m_last << ' ' << balance << '\n';
    for (const auto &o : orders) order("order", o);
    for (const auto &o : past) order("past", o);
    for (const auto &p : positions)
      file << "position " << p.ticket << ' ' << p.type << ' ' << p.magic << ' ' << p.opened << ' ' << p.volume << ' ' << p.price << ' '
           << p.sl << ' ' << p.tp << ' ' << p.comment << '\n';
    for (const auto &d : deals)
      file << "deal " << d.ticket << ' ' << d.position << ' ' << d.type << ' ' << d.entry << ' ' << d.reason << ' ' << d.at << ' '
           << d.volume << ' ' << d.price << ' ' << d.profit << ' ' << d.comment << '\n';
    file.close();
    std::rename((m_file + ".new").c_str(), m_file.c_str());
  }

  static bool Buys(int type) { return type % 2 == 0; }
  double Touch(int type) const { return Buys(type) ? ask : bid; }
  double Gain(const ShimPosition &p) const { return (Buys(p.type) ? bid - p.price : p.price - ask) * 100 * p.volume; }

  double Equity() const {
    double sum = balance;
    for (const auto &p : positions) sum += Gain(p);
    return sum;
  }

  void Fill(ShimOrder o, double price) {
    o.position = o.ticket;
    o.state = ORDER_STATE_FILLED;
    positions.push_back({o.ticket, o.type % 2, o.magic, TimeCurrent(), o.volume, price, o.sl, o.tp, o.comment});
    deals.push_back({++m_last, o.ticket, o.type % 2, DEAL_ENTRY_IN, DEAL_REASON_EXPERT, TimeCurrent(), o.volume, price, 0, o.comment});
    Drop(orders, o.ticket);
    past.push_back(o);
  }

  void End(const ShimOrder &order, int state) {
    ShimOrder o = order;
    o.state = state;
    Drop(orders, o.ticket);
    past.push_back(o);
    m_ended[o.ticket] = m_turn;
  }

  // As in the terminal, whatever closes a position is an order too: of that position, with the mark that it is given. So many
  // lots of it, or all.
  void Close(ulong ticket, double price, int reason, long magic, double lots = 0) {
    for (auto &p : positions) {
      if (p.ticket != ticket) continue;
      double volume = lots > 0 && lots < p.volume ? lots : p.volume;
      double gain = (Buys(p.type) ? price - p.price : p.price - price) * 100 * volume;
      balance += gain;
      past.push_back({++m_last, ticket, 1 - p.type, ORDER_STATE_FILLED, magic, 0, TimeCurrent(), volume, price, 0, 0, "-"});
      deals.push_back({++m_last, ticket, 1 - p.type, DEAL_ENTRY_OUT, reason, TimeCurrent(), volume, price, gain, p.comment});
      p.volume = std::round((p.volume - volume) * 1e8) / 1e8;
      if (p.volume <= 0) Drop(positions, ticket);
      return;
    }
  }

  // SHIM_BOOKED_LATE: for so many turns an order that was taken back is in no book.
  bool Booked(const ShimOrder &o) const {
    const char *late = std::getenv("SHIM_BOOKED_LATE");
    auto ended = m_ended.find(o.ticket);
    return !late || ended == m_ended.end() || m_turn - ended->second >= std::atol(late);
  }

  // SHIM_UNWATCHED: a symbol has no quotes before the turn after it was put in Market Watch.
  void Watch(const std::string &symbol) { m_watched.insert({symbol, m_turn}); }
  bool Watched(const std::string &symbol) const {
    auto since = m_watched.find(symbol);
    return !std::getenv("SHIM_UNWATCHED") || (since != m_watched.end() && since->second < m_turn);
  }

  ulong Next() { return ++m_last; }

  // The market moves to what the file says, and with it whatever waited for that. True when anything changed.
  bool Move() {
    m_turn++;
    std::ifstream file(ShimPath("market.txt"));
    double was_bid = bid, was_ask = ask;
    std::string name;
    double value = 0;
    while (file >> name >> value) {
      if (name == "bid") bid = value;
      if (name == "ask") ask = value;
      if (name == "tick") ticked = value;
      if (name == "connected") connected = static_cast<long>(value);
      if (name == "algo") algo = static_cast<long>(value);
      if (name == "close") Close(static_cast<ulong>(value), bid, DEAL_REASON_CLIENT, 0);
    }
    for (const auto &o : std::vector<ShimOrder>(orders)) {
      double sign = Buys(o.type) ? 1 : -1, over = sign * (Touch(o.type) - o.price);
      bool limit = o.type == ORDER_TYPE_BUY_LIMIT || o.type == ORDER_TYPE_SELL_LIMIT;
      if (o.expires > 0 && o.expires <= TimeCurrent()) End(o, ORDER_STATE_EXPIRED);
      else if (limit ? over <= 0 : over >= 0) Fill(o, limit ? o.price : Touch(o.type));
    }
    for (const auto &p : std::vector<ShimPosition>(positions)) {
      double sign = Buys(p.type) ? 1 : -1, now = Buys(p.type) ? bid : ask;
      if (p.sl > 0 && sign * (now - p.sl) <= 0) Close(p.ticket, p.sl, DEAL_REASON_SL, p.magic);
      else if (p.tp > 0 && sign * (now - p.tp) >= 0) Close(p.ticket, p.tp, DEAL_REASON_TP, p.magic);
    }
    Save();
    return bid != was_bid || ask != was_ask;
  }
};
