/// The report's style sheet and script.
enum ReportStyle {
    static let css = """
        :root{--ink:#1d2330;--dim:#667085;--line:#e4e7ec;--back:#f8f9fb;--card:#fff;--passed:#2f9e5b;--failed:#d6364a;\
        --error:#b02a7a;--skipped:#8a94a6;--xfailed:#c98a1b;--xpassed:#d9691e}
        @media(prefers-color-scheme:dark){:root{--ink:#e6e9f0;--dim:#98a2b3;--line:#2b3240;--back:#14171e;--card:#1b1f29}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:1100px;padding:24px;background:var(--back);color:var(--ink);\
        font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
        header{border-left:6px solid var(--passed);padding-left:16px}
        header.bad{border-color:var(--failed)}
        h1{margin:0;font-size:26px}
        header p{margin:2px 0 0;color:var(--dim);font-size:17px}
        h2{font-size:18px;margin:28px 0 8px}
        h3{font-size:12px;margin:14px 0 4px;color:var(--dim);text-transform:uppercase;letter-spacing:.05em}
        .bar{display:flex;gap:2px;height:12px;border-radius:6px;overflow:hidden;margin:20px 0 12px}
        .passed{background:var(--passed)}.failed{background:var(--failed)}.error{background:var(--error)}
        .skipped{background:var(--skipped)}.xfailed{background:var(--xfailed)}.xpassed{background:var(--xpassed)}
        .stages{display:flex;flex-wrap:wrap;gap:6px 20px;list-style:none;padding:0;margin:0;color:var(--dim);font-size:13px}
        .stages b{color:var(--ink);font-weight:600}
        nav{display:flex;flex-wrap:wrap;gap:8px;margin:22px 0 12px;align-items:center}
        button{border:0;border-radius:99px;padding:5px 14px;color:#fff;font:inherit;font-size:13px;cursor:pointer}
        button[aria-pressed=false]{opacity:.35}
        input{flex:1;min-width:180px;padding:7px 12px;border:1px solid var(--line);border-radius:8px;\
        background:var(--card);color:inherit;font:inherit;font-size:14px}
        .test{background:var(--card);border:1px solid var(--line);border-radius:10px;margin:6px 0;padding:0 14px}
        .test[hidden]{display:none}
        summary{display:flex;gap:12px;align-items:center;padding:9px 0;cursor:pointer;list-style:none}
        summary::-webkit-details-marker{display:none}
        .badge{flex:none;min-width:74px;text-align:center;color:#fff;border-radius:6px;font-size:12px;padding:2px 8px}
        .name{flex:1;overflow-wrap:anywhere;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13.5px}
        small{color:var(--dim)}
        .time{flex:none;color:var(--dim);font-variant-numeric:tabular-nums;font-size:13px}
        pre{margin:0 0 12px;padding:12px;border-radius:8px;background:var(--back);border:1px solid var(--line);\
        overflow:auto;font:12.5px/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap}
        section ul{padding-left:18px}
        .parts{display:flex;gap:1px;height:8px;border-radius:4px;overflow:hidden;margin-top:4px}
        .timing p{display:flex;flex-wrap:wrap;gap:4px 16px;margin:6px 0 12px;font-size:12.5px;color:var(--dim)}
        .timing i{display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:5px}
        .part0{background:#9aa0a8}.part1{background:#7c8db5}.part2{background:#a3b4d9}.part3{background:#e0b64f}
        .part4{background:#2f9e5b}.part5{background:#c98f6b}.part6{background:#b9a0c9}
        """

    static let script = """
        const tests=[...document.querySelectorAll('.test')],search=document.querySelector('nav input');
        const buttons=[...document.querySelectorAll('nav button')];
        function show(){
          const on=new Set(buttons.filter(b=>b.getAttribute('aria-pressed')=='true').map(b=>b.dataset.outcome));
          const word=search.value.toLowerCase();
          for(const t of tests)
            t.hidden=!on.has(t.dataset.outcome)||!t.querySelector('.name').textContent.toLowerCase().includes(word);
        }
        for(const b of buttons)b.onclick=()=>{
          b.setAttribute('aria-pressed',b.getAttribute('aria-pressed')!='true');show();
        };
        search.oninput=show;
        """
}
