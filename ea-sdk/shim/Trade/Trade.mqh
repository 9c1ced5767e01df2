// CTrade against the simulated broker, as far as the SDK asks it. As the real one it refuses everything while the program
// is being ended.
#pragma once
#include "../sends.h"

class CTrade {
  ulong m_magic = 0, m_order = 0;
  uint m_retcode = 0;

  template <class Act> bool Do(Act act) {
    m_retcode = ShimDo(act);
    return ShimTaken(m_retcode);
  }

  bool Send(int type, double volume, const string &symbol, double price, double sl, double tp, datetime expires, const string &comment) {
    return Do([&](ShimBroker &b) -> uint {
      if (symbol.utf8() != ShimSymbol() || b.bid <= 0) return TRADE_RETCODE_PRICE_OFF;
      double sign = ShimBroker::Buys(type) ? 1 : -1, touch = b.Touch(type), at = type <= ORDER_TYPE_SELL ? touch : price;
      bool limit = type == ORDER_TYPE_BUY_LIMIT || type == ORDER_TYPE_SELL_LIMIT, market = type <= ORDER_TYPE_SELL;
      if (!market && (limit ? sign * (touch - at) <= 0 : sign * (touch - at) >= 0)) return TRADE_RETCODE_INVALID_PRICE;
      if ((sl > 0 && sign * (at - sl) <= 0) || (tp > 0 && sign * (tp - at) <= 0)) return TRADE_RETCODE_INVALID_STOPS;
      if (expires > 0 && expires <= TimeCurrent()) return TRADE_RETCODE_INVALID_EXPIRATION;
      // a broker that writes comments of its own
      std::string text = std::getenv("SHIM_NO_COMMENTS") ? "-" : comment.utf8().substr(0, 31);
      ShimOrder order{b.Next(), 0, type, ORDER_STATE_PLACED, static_cast<long>(m_magic), expires, TimeCurrent(), volume, at, sl, tp,
                      text.empty() ? "-" : text};
      m_order = order.ticket;
      if (market) b.Fill(order, at);
      else b.orders.push_back(order);
      return market ? TRADE_RETCODE_DONE : TRADE_RETCODE_PLACED;
    });
  }

 public:
  void SetExpertMagicNumber(ulong magic) { m_magic = magic; }
  void SetDeviationInPoints(ulong) {}
  bool SetTypeFillingBySymbol(const string &) { return true; }
  uint ResultRetcode() const { return m_retcode; }
  ulong ResultOrder() const { return m_order; }
  string ResultRetcodeDescription() const {
    switch (m_retcode) {
      case TRADE_RETCODE_INVALID_PRICE: return "invalid price";
      case TRADE_RETCODE_INVALID_STOPS: return "invalid stops";
      case TRADE_RETCODE_TIMEOUT: return "timeout";
      default: return "retcode";
    }
  }
  bool Buy(double volume, const string &symbol, double, double sl, double tp, const string &comment) {
    return Send(ORDER_TYPE_BUY, volume, symbol, 0, sl, tp, 0, comment);
  }
  bool Sell(double volume, const string &symbol, double, double sl, double tp, const string &comment) {
    return Send(ORDER_TYPE_SELL, volume, symbol, 0, sl, tp, 0, comment);
  }
#define SHIM_PENDING(name, type) \
  bool name(double volume, double price, const string &symbol, double sl, double tp, ENUM_ORDER_TYPE_TIME kind, datetime expires, const string &comment) { \
    return Send(type, volume, symbol, price, sl, tp, kind == ORDER_TIME_SPECIFIED ? expires : 0, comment); \
  }
  SHIM_PENDING(BuyLimit, ORDER_TYPE_BUY_LIMIT)
  SHIM_PENDING(SellLimit, ORDER_TYPE_SELL_LIMIT)
  SHIM_PENDING(BuyStop, ORDER_TYPE_BUY_STOP)
  SHIM_PENDING(SellStop, ORDER_TYPE_SELL_STOP)

  bool OrderDelete(ulong ticket) {
    return Do([&](ShimBroker &b) -> uint {
      if (uint refusal = ShimRefusal(ShimNext("SHIM_DELETE"))) return refusal;
      for (const auto &o : b.orders)
        if (o.ticket == ticket) {
          b.End(o, ORDER_STATE_CANCELED);
          return TRADE_RETCODE_DONE;
        }
      return TRADE_RETCODE_INVALID_ORDER;
    });
  }
};
