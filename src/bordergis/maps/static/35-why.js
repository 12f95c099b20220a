/* Why a village has its access: who decided, zones, roads, reports, and what nobody knows; worded here from codes and values (grounds.py). */

/** One sentence: words, and what is filled in. @typedef {Node[]} Phrase */

/** How each ground is worded. */
const GROUNDS = { decided_by: decisionOf, in_zone: zoneOf, cut_off: roadsOf, reported: reportsOf };

/** The grounds of a row as terms with their sentences; none for a layer that has none. @param {Layer} layer @param {number} row */
function whyOf(layer, row) {
  const grounds = layer.fields.filter(({ kind }) => kind === 'facts');
  if (!grounds.length) return null;
  const told = grounds.map((field) => term(fieldName(field), GROUNDS[/** @type {keyof typeof GROUNDS} */ (field.key)](JSON.parse(`[${field.at(row)}]`))));
  return make('dl', {}, [...told, term(say('why.unknown'), [phrase('why.ground')])]);
}

/** @param {string} name @param {Phrase[]} phrases */
function term(name, phrases) {
  return make('div', {}, [make('dt', { text: name }), ...phrases.map((parts) => make('dd', {}, parts))]);
}

/** @param {[DecisionFact]} facts @returns {Phrase[]} */
function decisionOf([{ row, why }]) {
  const ours = why ? undefined : wordsFor(`value.decided_by.${row}`);
  return [phrase('why.decided', { why: ours ? plain(ours) : ofData(why ?? row), row })];
}

/** @param {[ZoneFact]} facts @returns {Phrase[]} */
function zoneOf([{ is, zones, depth, since }]) {
  const told = plain(say(`value.in_zone.${is}`));
  if (!since) return [phrase('why.zone', { told })];
  const day = plain(say(`value.since.${is}`, { date: sayIsoDays(since) }));
  if (!zones) return [phrase('why.zone_since', { told, since: day })];
  const rim = plain(say(depth < 0 ? 'why.outside' : 'why.inside', { n: sayNumber(Math.abs(depth)) }));
  return [phrase('why.zones', { told, zones, depth: rim, since: day })];
}

/** @param {[RoadFact, ...RouteFact[]]} facts @returns {Phrase[]} */
function roadsOf([{ is, by }, ...routes]) {
  if (is === 'not_computed' && !routes.length) return [phrase('why.no_roads')];
  const cause = is === 'definite' || is === 'possible' ? wordsFor(`value.cut_off_by.${by}`) : undefined;
  return [[plain([say(`value.cut_off.${is}`), cause].filter(Boolean).join(' '))], ...routes.map(routeOf)];
}

/** @param {RouteFact} route @returns {Phrase} */
function routeOf({ to, said, by, why, limit }) {
  const ours = wordsFor(`value.target_set.${to}`);
  const told = why ? inTongue(why) : plain(say(`value.road.${said}`, limit ? { limit: sayNumber(limit) } : {}));
  const again = by ? [plain(' '), ...phrase('why.reconnect', { by })] : [];
  return [...phrase('why.road', { to: ours ? plain(ours) : ofData(to), told }), ...again];
}

/** @param {[ReportedFact, ...ReportFact[]]} facts @returns {Phrase[]} */
function reportsOf([{ is, for: whom }, ...reports]) {
  const some = whom === 'some' ? [plain(' '), ...phrase('why.some')] : [];
  return [[plain(say(`value.reported.${is}`)), ...some], ...reports.map(reportOf)];
}

/** @param {ReportFact} report @returns {Phrase} */
function reportOf({ said, who, on, kind, whom, old }) {
  const known = wordsFor(`value.report_for.${whom}`);
  return [
    ...phrase('why.report', { said: plain(say(`value.report_status.${said}`)), who, date: plain(sayIsoDays(on)) }),
    ...(kind ? phrase('why.report_kind', { kind: plain(say(`value.report_kind.${kind}`)) }) : []),
    ...(whom ? phrase('why.report_for', { whom: known ? plain(known) : ofData(whom) }) : []),
    ...(old ? [plain(' '), ...phrase('why.report_old')] : []),
  ];
}

/** A text of ours that no table of words may know: then it is English. @param {Words} text */
function inTongue(text) {
  return typeof text === 'string' ? ofData(text) : plain(inLanguage(text));
}
