/* Time: a slider over the days of the situation, played or stepped; named periods and reported incidents under it. */

const PLAY_MS = 120;
const PLAY_STILL_MS = 700; // for readers who asked for less motion
const BAR_PX = 3; // the least width of a bar of the histogram

class TimeBar {
  /**
   * @param {Days} days
   * @param {Period[]} periods
   * @param {State} state
   * @param {Styles} styles
   */
  constructor(days, periods, state, styles) {
    this.days = days;
    this.periods = periods;
    this.state = state;
    this.styles = styles;
    /** @type {number|undefined} */
    this.timer = undefined;
    this.slider = this.range('time.slider', 'day');
    this.other = this.range('time.other', 'other');
    this.other.id = 'bg-other';
    this.slider.id = 'bg-day';
    this.play = iconButton('play', 'time.play', () => this.toggle(), { class: 'bg-button', id: 'bg-play' });
    this.asOf = make('output', { id: 'bg-as-of', for: 'bg-day' });
    this.story = make('span', { class: 'bg-soft', id: 'bg-on-day' });
    this.bars = make('canvas', { 'aria-hidden': 'true' });
    this.bands = make('div', { class: 'bg-bands', 'aria-hidden': 'true' });
    this.jump = make('select', { id: 'bg-periods', class: 'bg-select', sayLabel: 'time.go', on: { change: () => this.go() } });
    /** @type {{band: HTMLElement, names: string[]}[]} */
    this.named = [];
    this.scale = make('span', { class: 'bg-soft', id: 'bg-per-day' });
    const root = byId('bg-time');
    root.dataset.sayLabel = 'time.title';
    reword(root);
    root.hidden = false;
    root.append(
      make('div', { class: 'bg-time-head' }, [
        this.play,
        iconButton('back', 'time.back', () => this.step(-1), { class: 'bg-button' }),
        iconButton('forward', 'time.forward', () => this.step(1), { class: 'bg-button' }),
        make('p', { class: 'bg-told' }, [this.asOf, this.story]),
        this.jump,
      ]),
      make('div', { class: 'bg-track' }, [this.bars, this.scale, this.bands, this.other, this.slider]),
    );
    new ResizeObserver(() => {
      this.drawBars();
      this.fitBands();
    }).observe(this.bars);
    state.follow((changed) => {
      if ('day' in changed || 'other' in changed || 'language' in changed) this.tell();
      if ('language' in changed) this.reword();
    });
    this.reword();
    this.tell();
  }

  /** @param {string} label @param {'day'|'other'} key */
  range(label, key) {
    const { first, last } = this.days;
    const slider = make('input', {
      type: 'range', min: first, max: last, step: 1, sayLabel: label,
      on: {
        input: () => {
          this.pause();
          this.state.set({ [key]: Number(slider.value) });
        },
      },
    });
    return slider;
  }

  /** The period in force at the end of a day. @param {number} day */
  periodOf(day) {
    return this.periods.filter(({ kind, start, end }) => kind !== 'agreement' && start < day + 1 && (end === null || end >= day + 1)).pop();
  }

  /** The agreements made on a day. @param {number} day */
  marksOf(day) {
    return this.periods.filter(({ kind, start }) => kind === 'agreement' && Math.floor(start) === day).map(({ name }) => inLanguage(name));
  }

  tell() {
    const { day, other } = this.state.values;
    const n = this.days.incidents[day - this.days.first] ?? 0;
    const period = this.periodOf(day);
    const about = [say('time.on_day', { n: sayNumber(n) }), ...this.marksOf(day), period && inLanguage(period.name)].filter(Boolean).join(' · ');
    this.slider.value = String(day);
    this.slider.setAttribute('aria-valuetext', `${sayDay(day)}. ${about}`);
    this.other.hidden = other === null;
    if (other !== null) {
      this.other.value = String(other);
      this.other.setAttribute('aria-valuetext', sayDay(other));
    }
    this.asOf.textContent = sayDay(day);
    this.story.textContent = about;
    this.drawBars();
  }

  /** Texts that follow the language. */
  reword() {
    const options = this.periods.map(({ name, start, end }, i) => make('option', {
      value: i, text: `${inLanguage(name)} (${sayDay(Math.floor(start))}${end === null || end === start ? '' : ` \u2013 ${sayDay(Math.ceil(end) - 1)}`})`,
    }));
    this.jump.replaceChildren(make('option', { value: '', text: say('time.periods') }), make('option', { value: 'latest', text: say('time.latest') }), ...options);
    this.scale.textContent = say('time.per_day', { n: sayNumber(Math.max(0, ...this.days.incidents)) });
    this.drawBands();
  }

  go() {
    const wanted = this.jump.value;
    const day = wanted === 'latest' ? this.days.as_of : Math.floor(this.periods[Number(wanted)].start);
    this.jump.value = '';
    this.pause();
    this.state.set({ day: this.within(day) });
  }

  /** @param {number} day */
  within(day) {
    return Math.min(this.days.last, Math.max(this.days.first, day));
  }

  /** @param {number} by */
  step(by) {
    this.pause();
    this.state.set({ day: this.within(this.state.values.day + by) });
  }

  toggle() {
    if (this.timer) {
      this.pause();
      return;
    }
    if (this.state.values.day >= this.days.last) this.state.set({ day: this.days.first });
    this.showPlaying(true);
    this.beat();
  }

  /** One day more, until the last. */
  beat() {
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.timer = window.setTimeout(() => {
      this.state.set({ day: this.within(this.state.values.day + 1) });
      if (this.state.values.day < this.days.last) this.beat();
      else this.pause();
    }, still ? PLAY_STILL_MS : PLAY_MS);
  }

  pause() {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    this.showPlaying(false);
  }

  /** @param {boolean} playing */
  showPlaying(playing) {
    this.play.replaceChildren(icon(playing ? 'pause' : 'play'));
    this.play.dataset.sayLabel = playing ? 'time.pause' : 'time.play';
    reword(this.play);
  }

  /** Where a day lies on the track, 0 to 1. @param {number} day */
  share(day) {
    const { first, last } = this.days;
    return (this.within(day) - first) / Math.max(1, last - first);
  }

  drawBands() {
    this.named = this.periods.filter(({ kind }) => kind !== 'agreement').map(({ name, start, end, kind }) => {
      const band = make('span', { class: `bg-band bg-band-${kind === 'fighting' ? 'hot' : 'calm'}`, title: inLanguage(name) });
      band.style.left = `${100 * this.share(start)}%`;
      band.style.width = `${100 * (this.share(end ?? this.days.last) - this.share(start))}%`;
      return { band, names: [inLanguage(name), wordsFor(`value.period.${kind}`) ?? '', ''] };
    });
    const marks = this.periods.filter(({ kind }) => kind === 'agreement').map(({ name, start }) => {
      const mark = make('span', { class: 'bg-mark', title: inLanguage(name) });
      mark.style.left = `${100 * this.share(start)}%`;
      return mark;
    });
    this.bands.replaceChildren(...this.named.map(({ band }) => band), ...marks);
    this.fitBands();
  }

  /** The longest name that fits its band: in full, of its kind, none. */
  fitBands() {
    for (const { band, names } of this.named) {
      for (const name of names) {
        band.textContent = name;
        if (band.scrollWidth <= band.clientWidth) break;
      }
    }
  }

  /** The histogram: one bar a day, or a few days where the track is narrow; days after the one shown are pale. */
  drawBars() {
    const { clientWidth: wide, clientHeight: high } = this.bars;
    const dense = window.devicePixelRatio || 1;
    if (!wide) return;
    this.bars.width = Math.round(wide * dense);
    this.bars.height = Math.round(high * dense);
    const c = contextOf(this.bars);
    c.scale(dense, dense);
    const { incidents, first, last } = this.days;
    const most = Math.max(1, ...incidents);
    const perDay = wide / Math.max(1, last - first);
    incidents.forEach((n, i) => {
      if (!n) return;
      const tall = Math.max(2, (n / most) * (high - 1));
      c.fillStyle = first + i > this.state.values.day ? this.styles.tokens.rule : this.styles.tokens['ink-soft'];
      c.fillRect(i * perDay - Math.max(BAR_PX, perDay - 1) / 2, high - tall, Math.max(BAR_PX, perDay - 1), tall);
    });
  }
}
