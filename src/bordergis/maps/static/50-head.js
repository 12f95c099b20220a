/* The head and the foot of the page: title, dates, language, disclaimer. */

class Head {
  /** @param {Island} data @param {State} state @param {TimeBar} time */
  constructor(data, state, time) {
    this.data = data;
    this.state = state;
    this.time = time;
    byId('bg-head').append(this.languages());
    state.follow((changed) => {
      if ('day' in changed || 'other' in changed || 'language' in changed) this.tell();
    });
    this.tell();
  }

  languages() {
    const choice = make('select', {
      id: 'bg-language', class: 'bg-select', sayLabel: 'ui.language',
      on: { change: () => this.state.set({ language: choice.value }) },
    }, Object.keys(tongue.tables).map((language) => make('option', { value: language, lang: language, text: say(`language.${language}`) })));
    choice.value = tongue.language;
    this.choice = choice;
    return choice;
  }

  /** The dates on show, in words. */
  asOf() {
    const { day, other } = this.state.values;
    return other === null ? sayDay(day) : `${sayDay(other)} | ${sayDay(day)}`;
  }

  /** Pairs of term and text: what a reader must see with every picture of the map. @returns {[string, string][]} */
  facts() {
    const { page } = this.data;
    const period = this.time.periodOf(this.state.values.day);
    /** @type {[string, string|undefined|null][]} */
    const facts = [
      [say('page.as_of'), this.asOf()],
      [say('page.period'), period ? inLanguage(period.name) : say('page.period_none')],
      [say('page.glide'), page.glide],
      [say('page.created'), page.created && sayDay(dayOf(page.created) ?? this.time.days.as_of)],
    ];
    return /** @type {[string, string][]} */ (facts.filter(([, text]) => text));
  }

  tell() {
    const { page } = this.data;
    document.documentElement.lang = tongue.language;
    document.title = inLanguage(page.title);
    byId('bg-title').textContent = inLanguage(page.title);
    byId('bg-area').textContent = inLanguage(page.area);
    byId('bg-disclaimer').textContent = inLanguage(page.disclaimer);
    byId('bg-facts').replaceChildren(...this.facts().map(([term, text]) => make('div', {}, [make('dt', { text: term }), make('dd', { text })])));
    if (this.choice) this.choice.value = tongue.language;
  }
}
