import { expect, test } from 'vitest';
import type { ChatMessage } from './chat-message.js';
import { createChatTemplate } from './chat-template.js';
import { ChatTemplateError } from './chat-template-error.js';
import { chatmlTemplate } from './chatml.js';

const where = 'model.gguf';
const render = (template: string, messages: readonly ChatMessage[], tokens: object = {}): string =>
  createChatTemplate({ template, where, ...tokens }).render(messages);

const conversation: readonly ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Two plus two?\nPlease.' },
  { role: 'assistant', content: '4' },
  { role: 'user', content: 'And three?' },
];

test('ChatML is written as its models expect it, and ends where the assistant is to speak', () => {
  expect(render(chatmlTemplate, conversation)).toBe(
    `<|im_start|>system
Be brief.<|im_end|>
<|im_start|>user
Two plus two?
Please.<|im_end|>
<|im_start|>assistant
4<|im_end|>
<|im_start|>user
And three?<|im_end|>
<|im_start|>assistant
`,
  );
});

test('a template is given what Hugging Face gives it', () => {
  const template = `{{ bos_token }}{% if tools is not none %}tools{% endif %}{% if documents is not none %}documents{% endif %}
{%- if not add_generation_prompt %}no prompt{% endif %}{{ messages[1]['role'] }}/{{ messages[1].content }}{{ eos_token }}`;
  expect(render(template, conversation, { beginText: '<s>', endText: '</s>' })).toBe(
    '<s>user/Two plus two?\nPlease.</s>',
  );
  // A model without such tokens has nothing there.
  expect(render('[{{ bos_token }}{{ eos_token }}]', conversation)).toBe('[]');
  expect(render("{{ strftime_now('%Y') }}", conversation)).toMatch(/^20\d\d$/);
});

test('blocks leave no line of their own, as in Hugging Face', () => {
  expect(
    render(
      '{% for m in messages %}\n    {% if true %}\n{{ m.role }};\n    {% endif %}\n{% endfor %}\n',
      conversation,
    ),
  ).toBe('system;\nuser;\nassistant;\nuser;\n');
});

test('a template that throws says what it said, of which messages, and what to do without it', () => {
  const template = `{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}ok`;
  const { render: refuse } = createChatTemplate({ template, where });
  expect(() => refuse(conversation)).toThrow(
    /in model\.gguf does not take these messages \(system, user, assistant, user\): System role not supported\. .*--chat-template/,
  );
  expect(() => refuse(conversation)).toThrow(ChatTemplateError);
  // It goes on with messages that it takes.
  expect(refuse(conversation.slice(1))).toBe('ok');
});

test.each([
  ['an unknown filter', '{{ messages | no_such_filter }}'],
  ['a method that is not there', '{{ messages[0].content.no_such_method() }}'],
  ['a call of nothing', '{{ nothing() }}'],
])('a template with %s throws by that name', (_, template) => {
  expect(() => render(template, conversation)).toThrow(ChatTemplateError);
});

test.each(['{% if %}', '{% for message in messages %}', '{{ messages', '{% endif %}'])(
  'what is no template is refused when it is read: %s',
  (template) => {
    expect(() => createChatTemplate({ template, where })).toThrow(
      /chat template in model\.gguf cannot be read/,
    );
  },
);
