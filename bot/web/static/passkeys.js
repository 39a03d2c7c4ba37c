// Asks the device for a passkey: to make one, or to sign in with one. What it answers goes into the form, which is sent.
"use strict";

(() => {
  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const problem = form.querySelector("[data-passkey-problem]");

  function bytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  }

  function text(buffer) {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  const credentials = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function make(options) {
    const made = await navigator.credentials.create({
      publicKey: {
        ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: credentials(options.excludeCredentials),
      },
    });
    return [made, {
      clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject),
    }];
  }

  async function use(options) {
    const used = await navigator.credentials.get({
      publicKey: {
        ...options, challenge: bytes(options.challenge), allowCredentials: credentials(options.allowCredentials),
      },
    });
    const said = used.response;
    return [used, {
      clientDataJSON: text(said.clientDataJSON), authenticatorData: text(said.authenticatorData),
      signature: text(said.signature), userHandle: said.userHandle ? text(said.userHandle) : null,
    }];
  }

  const SENTENCES = {
    NotAllowedError: "未完成：已取消、逾時，或這個裝置沒有可用的通行金鑰。請再試一次。",
    InvalidStateError: "這個裝置已經設定過通行金鑰。",
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      if (!window.PublicKeyCredential) throw new Error("none");
      const options = JSON.parse(form.dataset.options);
      const [credential, response] = await (form.dataset.passkey === "create" ? make(options) : use(options));
      form.elements.credential.value = JSON.stringify({
        id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
      });
      form.submit();
    } catch (error) {
      problem.textContent = SENTENCES[error.name] || "這個瀏覽器或裝置無法使用通行金鑰。";
      problem.hidden = false;
      delete form.dataset.sent;
    }
  });
})();
