import { Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';

import { signIn } from '../api.ts';
import type { ApiProblem } from '../api.ts';
import { paths } from '../paths.ts';

const route = getRouteApi('/sign-in');

/** Only places of our own; an address with a host would lead away. */
const safe = (next: string | undefined): string => (next && /^\/(?![/\\])/.test(next) ? next : paths.overview());

export function SignInPage(): React.JSX.Element {
  const { next } = route.useSearch();
  const { history } = useRouter();
  const client = useQueryClient();
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (value) => (value.includes('@') ? null : 'Write the whole e-mail address.'),
      password: (value) => (value ? null : 'Write your password.'),
    },
  });
  const attempt = useMutation<void, ApiProblem, { email: string; password: string }>({
    mutationFn: ({ email, password }) => signIn(email, password),
    onSuccess: () => {
      client.clear();
      history.push(safe(next));
    },
    onError: () => form.setFieldValue('password', ''),
  });
  useEffect(() => {
    document.title = 'Sign in · Towline';
  }, []);
  return (
    <main className="signin">
      <Paper withBorder p="xl" w="100%" maw={400}>
        <form onSubmit={form.onSubmit((values) => attempt.mutate(values))} noValidate>
          <Stack gap="md">
            <span className="brand">
              <img src="/towline.svg" width={32} height={32} alt="" />
              <span>Towline</span>
            </span>
            <Title order={1}>Sign in</Title>
            <TextInput
              label="E-mail"
              type="email"
              autoComplete="username"
              autoFocus
              required
              withAsterisk={false}
              {...form.getInputProps('email')}
            />
            <PasswordInput
              label="Password"
              autoComplete="current-password"
              required
              withAsterisk={false}
              {...form.getInputProps('password')}
            />
            <div role="alert" className="signin-problem">
              {attempt.error ? <Text size="sm">{attempt.error.message}</Text> : null}
            </div>
            <Button type="submit" loading={attempt.isPending} fullWidth>
              Sign in
            </Button>
            <Text size="sm" c="dimmed">
              Owners need no account: the link in their e-mail is enough.
            </Text>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
